using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Http;

/// <summary>What proxies need to know of gRPC over HTTP/2.</summary>
/// <remarks>Source: gRPC, "PROTOCOL-HTTP2.md"; Envoy, Grpc::Utility.</remarks>
public static class GrpcStatus
{
    public const int Ok = 0;
    public const int Cancelled = 1;
    public const int Unknown = 2;
    public const int InvalidArgument = 3;
    public const int DeadlineExceeded = 4;
    public const int NotFound = 5;
    public const int AlreadyExists = 6;
    public const int PermissionDenied = 7;
    public const int ResourceExhausted = 8;
    public const int FailedPrecondition = 9;
    public const int Aborted = 10;
    public const int OutOfRange = 11;
    public const int Unimplemented = 12;
    public const int Internal = 13;
    public const int Unavailable = 14;
    public const int DataLoss = 15;
    public const int Unauthenticated = 16;

    public const string StatusHeader = "grpc-status";
    public const string MessageHeader = "grpc-message";
    public const string TimeoutHeader = "grpc-timeout";

    private static readonly string[] Names =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
        "UNAUTHENTICATED",
    ];

    public static bool IsGrpc(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return IsGrpc(request.ContentType);
    }

    /// <param name="type">A Content-Type; gRPC-Web is another.</param>
    internal static bool IsGrpc(string? type)
    {
        const string grpc = "application/grpc";
        return type is not null
            && type.StartsWith(grpc, StringComparison.OrdinalIgnoreCase)
            && (type.Length == grpc.Length || type[grpc.Length] is '+' or ';');
    }

    public static int? Parse(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : null;

    /// <summary>The HTTP status that stands for a gRPC status where proxies count errors.</summary>
    public static int ToHttp(int status) => status switch
    {
        Ok => 200,
        Cancelled => 499,
        DeadlineExceeded => 504,
        NotFound => 404,
        AlreadyExists or Aborted => 409,
        PermissionDenied => 403,
        ResourceExhausted => 429,
        Unimplemented => 501,
        Unknown or Internal or DataLoss => 500,
        Unavailable => 503,
        Unauthenticated => 401,
        InvalidArgument or FailedPrecondition or OutOfRange => 400,
        _ => 500,
    };

    /// <summary>What a gRPC client is told for an answer that has an HTTP status only.</summary>
    /// <remarks>Source: gRPC, "HTTP to gRPC Status Code Mapping".</remarks>
    public static int OfHttp(int status) => status switch
    {
        400 => Internal,
        401 => Unauthenticated,
        403 => PermissionDenied,
        404 => Unimplemented,
        429 or 502 or 503 or 504 => Unavailable,
        _ => Unknown,
    };

    /// <summary>Reads a name such as <c>UNAVAILABLE</c>, as Istio's resources have it; null when there is no such status.</summary>
    public static int? ByName(string name)
    {
        var index = Array.IndexOf(Names, name);
        return index < 0 ? null : index;
    }

    /// <summary>Envoy's retry condition for a gRPC status; null when there is none.</summary>
    public static string? RetryCondition(int status) => status switch
    {
        Cancelled => "cancelled",
        DeadlineExceeded => "deadline-exceeded",
        Internal => "internal",
        ResourceExhausted => "resource-exhausted",
        Unavailable => "unavailable",
        _ => null,
    };

    /// <summary>Reads <c>grpc-timeout</c>: up to 8 digits and one of H, M, S, m, u, n. Null when absent or malformed.</summary>
    public static TimeSpan? ParseTimeout(string? text)
    {
        if (text is null || text.Length is < 2 or > 9) return null;
        if (!long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var amount)) return null;
        return text[^1] switch
        {
            'H' => TimeSpan.FromHours(amount),
            'M' => TimeSpan.FromMinutes(amount),
            'S' => TimeSpan.FromSeconds(amount),
            'm' => TimeSpan.FromMilliseconds(amount),
            'u' => TimeSpan.FromMicroseconds(amount),
            'n' => TimeSpan.FromTicks(amount / 100),
            _ => null,
        };
    }

    /// <summary>Writes <c>grpc-timeout</c> in milliseconds, or seconds when the digits would not do.</summary>
    public static string FormatTimeout(TimeSpan timeout)
    {
        var milliseconds = Math.Max(1, (long)Math.Ceiling(timeout.TotalMilliseconds));
        return milliseconds <= 99_999_999
            ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds}m")
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Min(99_999_999, milliseconds / 1000)}S");
    }

    /// <summary>Percent-encodes what may not stand in <c>grpc-message</c>.</summary>
    public static string EncodeMessage(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var encoded = new StringBuilder(message.Length);
        foreach (var value in Encoding.UTF8.GetBytes(message))
        {
            if (value is >= 0x20 and <= 0x7e and not (byte)'%') encoded.Append((char)value);
            else encoded.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
        }

        return encoded.ToString();
    }
}
