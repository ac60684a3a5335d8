using System.Net;
using Mesh.Gateway.Listeners;

namespace Mesh.Gateway;

/// <summary>Everything the gateway logs. Ids are stable: 2000 listeners, 2100 certificates, 2200 configuration.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(2000, LogLevel.Information, "listening on {EndPoint} ({Kind}) for Gateway {Gateway}")]
    public static partial void ListenerOpened(this ILogger log, IPEndPoint endPoint, ListenerKind kind, string gateway);

    [LoggerMessage(2001, LogLevel.Information, "no longer listening on {EndPoint} ({Kind}): no Gateway asks for it")]
    public static partial void ListenerClosed(this ILogger log, IPEndPoint endPoint, ListenerKind kind);

    [LoggerMessage(2002, LogLevel.Error, "{Problem}")]
    public static partial void ListenerProblem(this ILogger log, string problem);

    [LoggerMessage(2100, LogLevel.Information, "server certificate {File} loaded, valid until {NotAfter:u}")]
    public static partial void CertificateLoaded(this ILogger log, string file, DateTime notAfter);

    [LoggerMessage(2101, LogLevel.Error,
        "server certificate {File} with key {KeyFile} is not usable: {Reason} (an earlier one is in use: {HasEarlier})")]
    public static partial void CertificateUnusable(this ILogger log, string file, string keyFile, string reason, bool hasEarlier);

    [LoggerMessage(2200, LogLevel.Information, "{Name} runs as {Id} in cluster {Cluster}, network {Network}, roles {Roles}")]
    public static partial void Started(this ILogger log, string name, string id, string cluster, string network, string roles);

    [LoggerMessage(2201, LogLevel.Information, "configuration version {Version} is in use: {Upstreams} destinations, {Listeners} listeners")]
    public static partial void FirstSnapshot(this ILogger log, long version, int upstreams, int listeners);

    [LoggerMessage(2202, LogLevel.Error, "{Diagnostic}")]
    public static partial void ConfigurationError(this ILogger log, string diagnostic);

    [LoggerMessage(2203, LogLevel.Warning, "{Diagnostic}")]
    public static partial void ConfigurationWarning(this ILogger log, string diagnostic);

    [LoggerMessage(2204, LogLevel.Information, "no longer: {Diagnostic}")]
    public static partial void DiagnosticGone(this ILogger log, string diagnostic);

    [LoggerMessage(2205, LogLevel.Error, "applying configuration version {Version} failed; the earlier one stays in use")]
    public static partial void ApplyFailed(this ILogger log, long version, Exception error);

    [LoggerMessage(2206, LogLevel.Warning, "{Problem}; metrics are on the admin listener only")]
    public static partial void NoMetricsPort(this ILogger log, string problem);

    [LoggerMessage(2300, LogLevel.Warning, "{Endpoint} of {Upstream} is ejected for {Seconds} s: {Reason}")]
    public static partial void Ejected(this ILogger log, string endpoint, string upstream, double seconds, string reason);

    [LoggerMessage(2301, LogLevel.Information, "{Endpoint} of {Upstream} is back")]
    public static partial void Returned(this ILogger log, string endpoint, string upstream);
}
