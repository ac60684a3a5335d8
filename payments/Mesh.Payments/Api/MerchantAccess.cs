namespace Mesh.Payments.Api;

/// <summary>
/// Who may act for which merchant. Without bindings everybody may for all; with any, only who is bound, and the payments of
/// other merchants do not exist for him.
/// </summary>
internal sealed class MerchantAccess(IReadOnlyList<MerchantBinding> bindings)
{
    /// <summary>Null when the caller may act for every merchant.</summary>
    public IReadOnlyList<string>? Merchants(string identity)
    {
        if (bindings.Count == 0) return null;
        var merchants = bindings.Where(binding => binding.IsFor(identity)).Select(binding => binding.Merchant).Distinct().ToList();
        return merchants.Contains(MerchantBinding.Any) ? null : merchants;
    }

    public bool Allows(string identity, string merchant) => Merchants(identity) is not { } merchants || merchants.Contains(merchant);
}
