using System.Collections.Frozen;

namespace Mesh.Payments.Domain;

/// <summary>The currencies that payments can be made in, with their number of decimals.</summary>
/// <remarks>Source: ISO 4217 list one, active national currencies without funds, metals and test codes.</remarks>
internal static class Currencies
{
    private const string TwoDecimals =
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP " +
        "CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES " +
        "KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK " +
        "NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB " +
        "TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";

    private const string NoDecimals = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";

    private const string ThreeDecimals = "BHD IQD JOD KWD LYD OMR TND";

    private static readonly FrozenDictionary<string, int> ByCode =
        Of(TwoDecimals, 2).Concat(Of(NoDecimals, 0)).Concat(Of(ThreeDecimals, 3)).ToFrozenDictionary();

    public static bool IsKnown(string code) => ByCode.ContainsKey(code);

    /// <exception cref="KeyNotFoundException">Not a known currency.</exception>
    public static int Decimals(string code) => ByCode[code];

    private static IEnumerable<KeyValuePair<string, int>> Of(string codes, int decimals) =>
        codes.Split(' ').Select(code => KeyValuePair.Create(code, decimals));
}
