using Microsoft.Extensions.Logging;

namespace Mesh.DataPlane.Identity;

internal static partial class IdentityLog
{
    [LoggerMessage(100, LogLevel.Information, "certificate for {Id} is valid until {NotAfter:u}, to be renewed at {RenewAt:u}")]
    public static partial void Issued(ILogger log, SpiffeId id, DateTimeOffset notAfter, DateTimeOffset renewAt);

    [LoggerMessage(101, LogLevel.Warning, "no certificate for {Id} yet, trying again in {Seconds:0.0} s: {Reason}")]
    public static partial void NoCertificateYet(ILogger log, SpiffeId id, string reason, double seconds);

    [LoggerMessage(102, LogLevel.Warning, "certificate for {Id} could not be renewed and stays in use until {NotAfter:u}, trying again in {Seconds:0.0} s: {Reason}")]
    public static partial void RenewalFailed(ILogger log, SpiffeId id, DateTimeOffset notAfter, string reason, double seconds);

    [LoggerMessage(103, LogLevel.Error, "certificate for {Id} expired at {NotAfter:u}, peers will refuse it; trying again in {Seconds:0.0} s: {Reason}")]
    public static partial void Expired(ILogger log, SpiffeId id, DateTimeOffset notAfter, string reason, double seconds);

    [LoggerMessage(104, LogLevel.Warning, "certificate files in {Folder} cannot be used, the certificate for {Id} stays in use: {Reason}")]
    public static partial void FilesUnusable(ILogger log, string folder, SpiffeId id, string reason);

    [LoggerMessage(105, LogLevel.Information, "certificate for {Id} from {Folder} is valid until {NotAfter:u}")]
    public static partial void Loaded(ILogger log, SpiffeId id, string folder, DateTimeOffset notAfter);

    [LoggerMessage(106, LogLevel.Warning, "the certificate kept in {Folder} is of {Kept}, not of {Id}, and is not used")]
    public static partial void StateOfAnother(ILogger log, string folder, SpiffeId kept, SpiffeId id);

    [LoggerMessage(107, LogLevel.Warning, "the certificate for {Id} kept in {Folder} expired at {NotAfter:u}; a token is needed for a new one")]
    public static partial void StateExpired(ILogger log, SpiffeId id, string folder, DateTimeOffset notAfter);

    [LoggerMessage(108, LogLevel.Warning, "the certificate kept in {Folder} cannot be used: {Reason}")]
    public static partial void StateUnusable(ILogger log, string folder, string reason);

    [LoggerMessage(109, LogLevel.Error, "the new certificate cannot be kept in {Folder} and will be lost by a restart: {Reason}")]
    public static partial void StateNotWritten(ILogger log, string folder, string reason);

    [LoggerMessage(110, LogLevel.Warning, "this machine's clock is at least {Behind} behind that of the CA that gave a certificate for {Id}; set it")]
    public static partial void ClockIsBehind(ILogger log, TimeSpan behind, SpiffeId id);
}
