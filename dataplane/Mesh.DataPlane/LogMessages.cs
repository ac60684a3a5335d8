using System.Net;
using Mesh.DataPlane.Identity;
using Microsoft.Extensions.Logging;

namespace Mesh.DataPlane;

/// <summary>Log lines of the data plane; ids are stable.</summary>
/// <remarks>One class for all of a project: of several the compiler's generator writes code in an order that varies, and packages would, too.</remarks>
internal static partial class LogMessages
{
    [LoggerMessage(100, LogLevel.Information, "certificate for {Id} is valid until {NotAfter:u}, to be renewed at {RenewAt:u}")]
    public static partial void CertificateIssued(this ILogger log, SpiffeId id, DateTimeOffset notAfter, DateTimeOffset renewAt);

    [LoggerMessage(101, LogLevel.Warning, "no certificate for {Id} yet, trying again in {Seconds:0.0} s: {Reason}")]
    public static partial void NoCertificateYet(this ILogger log, SpiffeId id, string reason, double seconds);

    [LoggerMessage(102, LogLevel.Warning, "certificate for {Id} could not be renewed and stays in use until {NotAfter:u}, trying again in {Seconds:0.0} s: {Reason}")]
    public static partial void RenewalFailed(this ILogger log, SpiffeId id, DateTimeOffset notAfter, string reason, double seconds);

    [LoggerMessage(103, LogLevel.Error, "certificate for {Id} expired at {NotAfter:u}, peers will refuse it; trying again in {Seconds:0.0} s: {Reason}")]
    public static partial void CertificateExpired(this ILogger log, SpiffeId id, DateTimeOffset notAfter, string reason, double seconds);

    [LoggerMessage(104, LogLevel.Warning, "certificate files in {Folder} cannot be used, the certificate for {Id} stays in use: {Reason}")]
    public static partial void CertificateFilesUnusable(this ILogger log, string folder, SpiffeId id, string reason);

    [LoggerMessage(105, LogLevel.Information, "certificate for {Id} from {Folder} is valid until {NotAfter:u}")]
    public static partial void CertificateLoaded(this ILogger log, SpiffeId id, string folder, DateTimeOffset notAfter);

    [LoggerMessage(106, LogLevel.Warning, "the certificate kept in {Folder} is of {Kept}, not of {Id}, and is not used")]
    public static partial void StateOfAnother(this ILogger log, string folder, SpiffeId kept, SpiffeId id);

    [LoggerMessage(107, LogLevel.Warning, "the certificate for {Id} kept in {Folder} expired at {NotAfter:u}; a token is needed for a new one")]
    public static partial void StateExpired(this ILogger log, SpiffeId id, string folder, DateTimeOffset notAfter);

    [LoggerMessage(108, LogLevel.Warning, "the certificate kept in {Folder} cannot be used: {Reason}")]
    public static partial void StateUnusable(this ILogger log, string folder, string reason);

    [LoggerMessage(109, LogLevel.Error, "the new certificate cannot be kept in {Folder} and will be lost by a restart: {Reason}")]
    public static partial void StateNotWritten(this ILogger log, string folder, string reason);

    [LoggerMessage(110, LogLevel.Warning, "this machine's clock is at least {Behind} behind that of the CA that gave a certificate for {Id}; set it")]
    public static partial void ClockIsBehind(this ILogger log, TimeSpan behind, SpiffeId id);

    [LoggerMessage(3001, LogLevel.Warning, "{Listener}: {Count} connections did not end in time and are cut off")]
    public static partial void ConnectionsCutOff(this ILogger log, EndPoint listener, int count);

    [LoggerMessage(3002, LogLevel.Warning, "{Listener}: more than {Limit} connections, the newest is closed")]
    public static partial void ConnectionOverLimit(this ILogger log, EndPoint listener, int limit);

    [LoggerMessage(3003, LogLevel.Warning, "{Listener}: accepting a connection failed: {Reason}")]
    public static partial void AcceptFailed(this ILogger log, EndPoint listener, string reason);

    [LoggerMessage(3004, LogLevel.Error, "{Listener}: serving a connection failed")]
    public static partial void ConnectionFailed(this ILogger log, EndPoint listener, Exception error);

    [LoggerMessage(3300, LogLevel.Warning, "{Finding}")]
    public static partial void Finding(this ILogger log, string finding);
}
