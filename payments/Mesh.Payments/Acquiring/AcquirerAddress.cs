namespace Mesh.Payments.Acquiring;

/// <summary>Which acquirer is used, as the setting <c>acquirer</c> says.</summary>
/// <param name="Service">Where acquirer.v1 is served; null for the sandbox inside this process.</param>
internal sealed record AcquirerAddress(Uri? Service)
{
    private const string SandboxWord = "sandbox";

    public static AcquirerAddress Sandbox { get; } = new((Uri?)null);

    /// <summary><c>sandbox</c>, <c>http://HOST:PORT</c> or <c>https://HOST:PORT</c>.</summary>
    /// <exception cref="FormatException">Not such an address.</exception>
    public static AcquirerAddress Parse(string text)
    {
        if (text == SandboxWord) return Sandbox;
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.PathAndQuery == "/"
            && uri.UserInfo.Length == 0)
            return new AcquirerAddress(uri);
        throw new FormatException($"'{text}' is not an acquirer; write sandbox or http://HOST:PORT");
    }

    /// <param name="timeout">How long one call may take.</param>
    public IAcquirer Open(TimeSpan timeout, TimeProvider time) =>
        Service is null ? new SandboxAcquirer(timeout, time) : new GrpcAcquirer(Service, timeout, time);

    public override string ToString() => Service?.GetLeftPart(UriPartial.Authority) ?? SandboxWord;
}
