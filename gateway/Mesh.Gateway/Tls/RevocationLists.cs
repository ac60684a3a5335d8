using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.Gateway.Tls;

/// <summary>
/// Certificate revocation lists from a file or Secret. .NET consults only lists that it has downloaded itself, hence by hand.
/// The client's certificate must be covered by a list of its issuer that is valid now; an intermediate is judged where there is one.
/// </summary>
/// <remarks>Source: RFC 5280 section 6.3.</remarks>
internal sealed class RevocationLists
{
    private const string Label = "X509 CRL";

    private readonly RevocationList[] lists;

    private RevocationLists(RevocationList[] lists) => this.lists = lists;

    /// <exception cref="CryptographicException">There is no list in the text, or one that cannot be read.</exception>
    public static RevocationLists FromPem(string pem)
    {
        var lists = new List<RevocationList>();
        var rest = pem.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            if (rest[fields.Label].SequenceEqual(Label)) lists.Add(RevocationList.Read(Convert.FromBase64String(rest[fields.Base64Data].ToString())));
            rest = rest[fields.Location.End..];
        }

        return lists.Count > 0 ? new RevocationLists([.. lists]) : throw new CryptographicException("there is no PEM block \"X509 CRL\" in the revocation list");
    }

    /// <param name="chain">Built, with the client's certificate first.</param>
    public bool Accept(X509Chain chain, DateTimeOffset now)
    {
        for (var i = 0; i + 1 < chain.ChainElements.Count; i++)
        {
            var certificate = chain.ChainElements[i].Certificate;
            var issuer = chain.ChainElements[i + 1].Certificate;
            var covering = Array.FindAll(lists, list => list.IsOf(issuer) && list.IsValid(now));
            if (covering.Length == 0 && i == 0) return false;
            if (Array.Exists(covering, list => list.Revokes(certificate))) return false;
        }

        return true;
    }
}
