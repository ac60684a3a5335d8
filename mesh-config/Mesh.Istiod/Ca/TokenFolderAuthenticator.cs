using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mesh.Istiod.Ca;

/// <summary>
/// Bearer tokens from local files, in the place of Kubernetes' TokenReview: the file
/// <c>namespace/serviceAccount</c> holds that account's token, one opaque line.
/// </summary>
/// <remarks>
/// The files are read for every call: calls are rare (two a day for each workload) and a token just added, changed or removed
/// counts at once.
/// </remarks>
public sealed class TokenFolderAuthenticator(string folder, string trustDomain, ILogger<TokenFolderAuthenticator> log)
    : ICallerAuthenticator
{
    /// <summary>Longer tokens are not looked at; Kubernetes' own are about 1 KiB.</summary>
    public const int TokenLimit = 16 * 1024;

    private const string Scheme = "Bearer ";

    public async ValueTask<IReadOnlyList<string>?> AuthenticateAsync(HttpContext call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        var values = call.Request.Headers.Authorization;
        if (values.Count != 1 || values[0] is not { } value || !value.StartsWith(Scheme, StringComparison.Ordinal)) return null;
        var token = value[Scheme.Length..].Trim();
        if (token.Length is 0 or > TokenLimit) return null;

        var digest = Digest(token);
        foreach (var file in Files())
        {
            if (await MatchesAsync(file, digest, cancellationToken).ConfigureAwait(false)) return [Identity(file)];
        }

        return null;
    }

    // Digests have one length and are compared in constant time: nothing is learnt about a token by timing.
    private static byte[] Digest(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private IEnumerable<string> Files()
    {
        try
        {
            return [.. Directory.EnumerateDirectories(folder).SelectMany(Directory.EnumerateFiles)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            log.TokenFolderUnreadable(folder, exception.Message);
            return [];
        }
    }

    private async ValueTask<bool> MatchesAsync(string file, byte[] digest, CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(file).Length > TokenLimit) return false;
            var token = (await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false)).Trim();
            return token.Length > 0 && CryptographicOperations.FixedTimeEquals(Digest(token), digest);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            log.TokenFileUnreadable(file, exception.Message);
            return false;
        }
    }

    // In a trust domain, istiod writes "." for "@" (pkg/spiffe/spiffe.go).
    private string Identity(string file) =>
        $"spiffe://{trustDomain.Replace('@', '.')}/ns/{Path.GetFileName(Path.GetDirectoryName(file))}/sa/{Path.GetFileName(file)}";
}
