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
}
