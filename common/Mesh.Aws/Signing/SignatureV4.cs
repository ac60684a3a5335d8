using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mesh.Aws.Credentials;

namespace Mesh.Aws.Signing;

/// <summary>Signs requests to AWS with Signature Version 4.</summary>
/// <remarks>
/// docs.aws.amazon.com/IAM/latest/UserGuide: "Create a signed AWS API request". For every service but S3, whose paths are
/// encoded differently.
/// </remarks>
/// <param name="service">As in the credential scope, e.g. <c>sts</c>, <c>events</c>, <c>rds-db</c>.</param>
public sealed class SignatureV4(string region, string service)
{
    private const string Algorithm = "AWS4-HMAC-SHA256";
    private const string Terminator = "aws4_request";

    /// <summary>SHA-256 of nothing.</summary>
    private static readonly string EmptyHash = Hash([]);

    /// <summary>Headers that proxies and clients change on the way.</summary>
    private static readonly string[] NotSigned =
        ["authorization", "connection", "expect", "traceparent", "tracestate", "transfer-encoding", "user-agent", "x-amzn-trace-id"];

    /// <summary>Adds <c>X-Amz-Date</c>, the session token and <c>Authorization</c>. All headers must have been set before.</summary>
    /// <param name="body">What will be sent.</param>
    public void Sign(HttpRequestMessage request, ReadOnlySpan<byte> body, AwsCredentials credentials, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(credentials);
        var date = DateOf(now);
        request.Headers.TryAddWithoutValidation("X-Amz-Date", date);
        if (credentials.SessionToken is { } token) request.Headers.TryAddWithoutValidation("X-Amz-Security-Token", token);
        var headers = SignedHeaders(request);
        var canonical = Canonical(request.Method, request.RequestUri!, CanonicalQuery.Of(request.RequestUri!), headers, Hash(body));
        var authorization = $"{Algorithm} Credential={credentials.AccessKeyId}/{Scope(date)}, SignedHeaders={Names(headers)}, " +
            $"Signature={Signature(canonical, credentials, date)}";
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
    }

    /// <summary>An address that may be used, with these headers, by whoever has it until its time is over.</summary>
    /// <param name="headers">Besides <c>Host</c>.</param>
    public Uri Presign(
        HttpMethod method, Uri address, IReadOnlyDictionary<string, string> headers, AwsCredentials credentials, TimeSpan lifetime, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(headers);
        ArgumentNullException.ThrowIfNull(credentials);
        var date = DateOf(now);
        var signed = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["host"] = HostOf(address) };
        foreach (var (name, value) in headers) signed[name.ToLowerInvariant()] = Trim(value);
        List<KeyValuePair<string, string>> query =
        [
            .. CanonicalQuery.Parse(address.Query),
            new("X-Amz-Algorithm", Algorithm),
            new("X-Amz-Credential", $"{credentials.AccessKeyId}/{Scope(date)}"),
            new("X-Amz-Date", date),
            new("X-Amz-Expires", ((long)lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture)),
            new("X-Amz-SignedHeaders", Names(signed)),
        ];
        if (credentials.SessionToken is { } token) query.Add(new("X-Amz-Security-Token", token));
        var text = CanonicalQuery.Format(query);
        var signature = Signature(Canonical(method, address, CanonicalQuery.Sorted(query), signed, EmptyHash), credentials, date);
        return new Uri($"{address.GetLeftPart(UriPartial.Path)}?{text}&X-Amz-Signature={signature}");
    }

    private static string Canonical(
        HttpMethod method, Uri address, string query, SortedDictionary<string, string> headers, string bodyHash)
    {
        var text = new StringBuilder();
        text.Append(method.Method).Append('\n').Append(CanonicalPath.Of(address)).Append('\n').Append(query).Append('\n');
        foreach (var (name, value) in headers) text.Append(name).Append(':').Append(value).Append('\n');
        return text.Append('\n').Append(Names(headers)).Append('\n').Append(bodyHash).ToString();
    }

    private string Signature(string canonical, AwsCredentials credentials, string date)
    {
        var toSign = $"{Algorithm}\n{date}\n{Scope(date)}\n{Hash(Encoding.UTF8.GetBytes(canonical))}";
        var key = Encoding.UTF8.GetBytes("AWS4" + credentials.SecretAccessKey);
        foreach (var part in (string[])[date[..8], region, service, Terminator]) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
    }

    private string Scope(string date) => $"{date[..8]}/{region}/{service}/{Terminator}";

    private static SortedDictionary<string, string> SignedHeaders(HttpRequestMessage request)
    {
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = request.Headers.Host ?? HostOf(request.RequestUri!),
        };
        var all = request.Headers.NonValidated.Concat(request.Content?.Headers.NonValidated ?? default);
        foreach (var (header, values) in all)
        {
            var name = header.ToLowerInvariant();
            // The length is set by the client when it sends; what is sent is signed by its hash.
            if (name is not ("host" or "content-length") && !NotSigned.Contains(name)) headers[name] = string.Join(',', values.Select(Trim));
        }

        return headers;
    }

    /// <summary>Without blanks at the ends, and one instead of several between words.</summary>
    private static string Trim(string value) =>
        string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static string HostOf(Uri address) => address.IsDefaultPort ? address.Host : $"{address.Host}:{address.Port}";

    private static string Names(SortedDictionary<string, string> headers) => string.Join(';', headers.Keys);

    private static string DateOf(DateTimeOffset now) => now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private static string Hash(ReadOnlySpan<byte> data) => Convert.ToHexStringLower(SHA256.HashData(data));
}
