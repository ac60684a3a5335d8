namespace Mesh.Aws;

/// <summary>What the AWS SDKs and tools read from environment variables and the shared files, by the same names.</summary>
/// <remarks>docs.aws.amazon.com/sdkref/latest/guide: settings reference.</remarks>
public sealed class AwsEnvironment
{
    private readonly Func<string, string?> variable;
    private IReadOnlyDictionary<string, string>? profileSettings;

    /// <summary>The environment of this process.</summary>
    public static AwsEnvironment Current { get; } = new(Environment.GetEnvironmentVariable);

    /// <param name="variable">Gives a variable's value, or null.</param>
    public AwsEnvironment(Func<string, string?> variable) => this.variable = variable;

    /// <summary>The name of the profile in use: <c>AWS_PROFILE</c>, or <c>default</c>.</summary>
    public string ProfileName => this["AWS_PROFILE"] ?? "default";

    /// <summary>The region as configured by <c>AWS_REGION</c>, <c>AWS_DEFAULT_REGION</c> or the profile; null when nothing says one.</summary>
    public string? Region => this["AWS_REGION"] ?? this["AWS_DEFAULT_REGION"] ?? Profile.GetValueOrDefault("region");

    /// <summary>The settings of the profile, from both files; those of the credentials file win. Empty when there is none.</summary>
    /// <exception cref="AwsCredentialsException">A file cannot be read.</exception>
    public IReadOnlyDictionary<string, string> Profile => profileSettings ??= ReadProfile();

    /// <summary>A variable; null when it is not set, or empty.</summary>
    public string? this[string name] => variable(name) is { Length: > 0 } value ? value : null;

    /// <summary>
    /// Where a service is called: <c>AWS_ENDPOINT_URL_SQS</c> and the like, <c>AWS_ENDPOINT_URL</c>, or its public address in
    /// the region.
    /// </summary>
    /// <param name="service">As in the public address, e.g. <c>sts</c>.</param>
    public Uri Endpoint(string service, string region)
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(region);
        if (ConfiguredEndpoint(service) is { } configured) return configured;
        var suffix = region.StartsWith("cn-", StringComparison.Ordinal) ? "amazonaws.com.cn" : "amazonaws.com";
        return new Uri($"https://{service}.{region}.{suffix}/");
    }

    /// <summary>Null when a service is not to be called elsewhere than at its public address.</summary>
    public Uri? ConfiguredEndpoint(string service)
    {
        ArgumentNullException.ThrowIfNull(service);
        var configured = this[$"AWS_ENDPOINT_URL_{service.ToUpperInvariant()}"] ?? this["AWS_ENDPOINT_URL"];
        return configured is null ? null : new Uri(configured);
    }

    private Dictionary<string, string> ReadProfile()
    {
        var home = this["HOME"] ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var config = this["AWS_CONFIG_FILE"] ?? Path.Combine(home, ".aws", "config");
        var credentials = this["AWS_SHARED_CREDENTIALS_FILE"] ?? Path.Combine(home, ".aws", "credentials");
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        // In the config file every profile but the default one has a prefix.
        var section = ProfileName == "default" ? ProfileName : $"profile {ProfileName}";
        foreach (var (key, value) in Read(config, section)) settings[key] = value;
        foreach (var (key, value) in Read(credentials, ProfileName)) settings[key] = value;
        return settings;
    }

    private static IReadOnlyDictionary<string, string> Read(string file, string section)
    {
        if (!File.Exists(file)) return new Dictionary<string, string>();
        try
        {
            return SharedFile.Section(File.ReadLines(file), section);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AwsCredentialsException($"cannot read {file}: {exception.Message}", exception);
        }
    }
}
