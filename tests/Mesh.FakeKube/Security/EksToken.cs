using System.Buffers.Text;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace Mesh.FakeKube.Security;

/// <summary>The tokens of EKS: a signed request to STS, in base64.</summary>
internal static class EksToken
{
    private const string Prefix = "k8s-aws-v1.";

    /// <summary>The AWS key that signed it; null for what is no such token.</summary>
    public static string? KeyOf(string token)
    {
        if (!token.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        try
        {
            var request = new Uri(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.AsSpan(Prefix.Length))));
            var query = QueryHelpers.ParseQuery(request.Query);
            var isOurs = query["Action"] == "GetCallerIdentity" && query["X-Amz-SignedHeaders"].ToString().Contains("x-k8s-aws-id", StringComparison.Ordinal);
            return isOurs ? query["X-Amz-Credential"].ToString().Split('/')[0] : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
