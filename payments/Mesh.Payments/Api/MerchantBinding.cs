namespace Mesh.Payments.Api;

/// <summary>One caller's right to act for one merchant; <see cref="Any"/> stands for every caller or every merchant.</summary>
internal sealed record MerchantBinding(string Identity, string Merchant)
{
    public const string Any = "*";

    /// <summary>
    /// <c>spiffe://cluster.local/ns/prod/sa/legacy-billing=legacy-billing</c>, or
    /// <c>jwt:https://issuer.example/alice=acme</c> for a claim of a token.
    /// </summary>
    /// <exception cref="FormatException">Not such a binding.</exception>
    public static MerchantBinding Parse(string text)
    {
        var equals = text.LastIndexOf('=');
        var (identity, merchant) = equals < 0 ? ("", "") : (text[..equals], text[(equals + 1)..]);
        var isCaller = identity == Any || IsAfter("spiffe://") || IsAfter(JwtClaims.Prefix);
        if (isCaller && (merchant == Any || RequestChecks.IsMerchant(merchant))) return new MerchantBinding(identity, merchant);
        throw new FormatException($"'{text}' binds no caller to a merchant; write SPIFFE-ID=MERCHANT, * for any of either");

        bool IsAfter(string prefix) => identity.StartsWith(prefix, StringComparison.Ordinal) && identity.Length > prefix.Length;
    }

    public bool IsFor(string identity) => Identity == Any || Identity == identity;
}
