using Mesh.Istiod.Xds;
using Microsoft.Extensions.Logging;

namespace Mesh.Istiod;

/// <summary>Log lines of CA and discovery; ids are stable.</summary>
/// <remarks>One class for all of a project: of several the compiler's generator writes code in an order that varies, and packages would, too.</remarks>
internal static partial class LogMessages
{
    [LoggerMessage(1, LogLevel.Information, "issued a certificate for {Identity} to {Peer}")]
    public static partial void CertificateIssued(this ILogger log, string identity, string peer);

    [LoggerMessage(2, LogLevel.Warning, "refused {Peer}: neither a client certificate of this CA nor a known token for a known cluster; check its token file")]
    public static partial void CallerRefused(this ILogger log, string peer);

    [LoggerMessage(3, LogLevel.Warning, "refused {Identity} at {Peer}: asked for another identity (impersonation is not supported)")]
    public static partial void ImpersonationRefused(this ILogger log, string identity, string peer);

    [LoggerMessage(4, LogLevel.Warning, "refused the request of {Identity} at {Peer}: {Reason}")]
    public static partial void RequestRefused(this ILogger log, string identity, string peer, string reason);

    [LoggerMessage(10, LogLevel.Error, "cannot read the token folder {Folder}, no token is accepted: {Reason}")]
    public static partial void TokenFolderUnreadable(this ILogger log, string folder, string reason);

    [LoggerMessage(11, LogLevel.Error, "cannot read the token file {File}, its account is refused: {Reason}")]
    public static partial void TokenFileUnreadable(this ILogger log, string file, string reason);

    [LoggerMessage(3101, LogLevel.Information, "connected to istiod at {Address} ({Protocol})")]
    public static partial void Connected(this ILogger log, string address, AdsProtocol protocol);

    [LoggerMessage(3102, LogLevel.Warning, "the stream to istiod at {Address} ended: {Reason}; next one in {Seconds:0.0} s")]
    public static partial void StreamEnded(this ILogger log, string address, string reason, double seconds);

    [LoggerMessage(3103, LogLevel.Warning, "refused a response of istiod of type {Type}: {Reason}")]
    public static partial void ResponseRefused(this ILogger log, string type, string reason);
}
