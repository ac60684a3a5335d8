using Grpc.Core;

namespace Mesh.Istiod.Xds;

/// <summary>A stream that ended: what kind of end it was, and what is to be done about it.</summary>
/// <param name="Message">What happened and the remedy, in one line.</param>
public sealed record AdsFailure(AdsFailureKind Kind, StatusCode Code, string Message)
{
    /// <summary>Kinds that do not pass by themselves are tried again much more slowly.</summary>
    public bool IsLasting => Kind != AdsFailureKind.Transient;

    /// <remarks>Source: recorded answers of istiod; istio pilot/pkg/autoregistration and pilot/pkg/xds/auth.go.</remarks>
    internal static AdsFailure Of(RpcException exception, AdsClientOptions options)
    {
        var detail = exception.Status.Detail;
        var (kind, remedy) = exception.StatusCode switch
        {
            StatusCode.Unauthenticated => (AdsFailureKind.NotAuthenticated, Credentials(options)),
            StatusCode.PermissionDenied => (AdsFailureKind.Refused, "the namespace and service account told to istiod must be those of the token or certificate"),
            StatusCode.FailedPrecondition => (AdsFailureKind.NoGroup, "create the WorkloadGroup, or correct its name"),
            StatusCode.InvalidArgument => (AdsFailureKind.Refused, "correct the workload's name, namespace or address"),
            StatusCode.Unimplemented => (AdsFailureKind.Refused, "this is not istiod's discovery port; it is 15012"),
            StatusCode.Unknown => OfPlainError(detail),
            _ => (AdsFailureKind.Transient, ""),
        };
        var cause = exception.InnerException?.InnerException?.Message ?? exception.InnerException?.Message;
        var text = $"{exception.StatusCode} {detail}{(cause is null || detail.Contains(cause, StringComparison.Ordinal) ? "" : $" ({cause})")}".TrimEnd();
        return new AdsFailure(kind, exception.StatusCode, remedy.Length == 0 ? text : $"{text}; {remedy}");
    }

    /// <summary>Errors of Go code that were not given a code: only their words tell them apart.</summary>
    private static (AdsFailureKind Kind, string Remedy) OfPlainError(string detail)
    {
        if (detail.Contains("requires a verified identity", StringComparison.Ordinal))
            return (AdsFailureKind.Refused, "connect to the TLS port 15012 with a token or certificate; 15010 cannot register");
        if (detail.Contains("service account mismatch", StringComparison.Ordinal))
            return (AdsFailureKind.Refused, "the WorkloadGroup's spec.template.serviceAccount must be this workload's service account");
        if (detail.Contains("must correspond to an existing WorkloadEntry", StringComparison.Ordinal))
            return (AdsFailureKind.Refused, "create that WorkloadEntry, or register by a WorkloadGroup");
        return (AdsFailureKind.Transient, "");
    }

    private static string Credentials(AdsClientOptions options) => (options.Tokens?.Origin ?? options.TokenFile) is { } token
        ? $"check that the token from {token} has not expired, is for the audience istio-ca, and is of a cluster istiod knows"
        : "check that the certificate was signed by istiod's CA and has not expired, or give a token";
}
