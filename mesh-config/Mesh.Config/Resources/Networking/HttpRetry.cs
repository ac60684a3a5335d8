using Mesh.Config.Yaml;

namespace Mesh.Config.Resources.Networking;

/// <summary>Retries of a rule.</summary>
public sealed record HttpRetry
{
    public int Attempts { get; init; }
    public TimeSpan? PerTryTimeout { get; init; }
    public string RetryOn { get; init; } = "";
    public bool? RetryRemoteLocalities { get; init; }
    public bool? RetryIgnorePreviousHosts { get; init; }
    public TimeSpan? Backoff { get; init; }

    internal static Schema<HttpRetry> Schema { get; } =
        new Schema<HttpRetry>("HTTPRetry", () => new HttpRetry())
            .Field("attempts", Codecs.Int, x => x.Attempts, (x, v) => x with { Attempts = v })
            .Field("perTryTimeout", Codecs.Duration, x => x.PerTryTimeout, (x, v) => x with { PerTryTimeout = v })
            .Field("retryOn", Codecs.Text, x => x.RetryOn, (x, v) => x with { RetryOn = v })
            .Field("retryRemoteLocalities", Codecs.Optional(Codecs.Bool),
                x => x.RetryRemoteLocalities, (x, v) => x with { RetryRemoteLocalities = v })
            .Field("retryIgnorePreviousHosts", Codecs.Optional(Codecs.Bool),
                x => x.RetryIgnorePreviousHosts, (x, v) => x with { RetryIgnorePreviousHosts = v })
            .Field("backoff", Codecs.Duration, x => x.Backoff, (x, v) => x with { Backoff = v })
            .AcceptSnakeCase();
}
