using Microsoft.Extensions.Logging;

namespace Mesh.Istiod.Xds;

/// <summary>Log lines about streams to istiod; ids are stable.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(3101, LogLevel.Information, "connected to istiod at {Address} ({Protocol})")]
    public static partial void Connected(this ILogger log, string address, AdsProtocol protocol);

    [LoggerMessage(3102, LogLevel.Warning, "the stream to istiod at {Address} ended: {Reason}; next one in {Seconds:0.0} s")]
    public static partial void StreamEnded(this ILogger log, string address, string reason, double seconds);

    [LoggerMessage(3103, LogLevel.Warning, "refused a response of istiod of type {Type}: {Reason}")]
    public static partial void Refused(this ILogger log, string type, string reason);
}
