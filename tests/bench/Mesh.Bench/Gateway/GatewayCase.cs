namespace Mesh.Bench.Gateway;

/// <summary>A kind of traffic; names are contract.</summary>
internal sealed record GatewayCase(string Name, string Path, int Bytes, bool IsTls = false)
{
    public const int SmallBytes = 32;
    public const int LargeBytes = Wire.Http2Link.MaxBody;
    public const string SmallPath = "/bench.Echo/Small";
    public const string LargePath = "/bench.Echo/Large";

    /// <summary>Of requests that h2load sends to a proxy that takes HTTP.</summary>
    public static IReadOnlyList<GatewayCase> Unary { get; } =
    [
        new("unary-small", SmallPath, SmallBytes),
        new("unary-16k", LargePath, LargeBytes),
        new("unary-tls", SmallPath, SmallBytes, IsTls: true),
    ];

    /// <summary>Bytes that pass by the name in their ClientHello.</summary>
    public const string EastWest = "eastwest-stream";
}
