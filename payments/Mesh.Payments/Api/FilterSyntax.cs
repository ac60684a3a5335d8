using System.Globalization;
using System.Text.RegularExpressions;
using Mesh.Payments.Domain;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Api;

/// <summary>The part of AIP-160 that ListPayments understands: terms joined by AND.</summary>
internal static partial class FilterSyntax
{
    private const int Longest = 1000;

    /// <exception cref="FormatException">Not such a filter; the message says what is wrong.</exception>
    public static PaymentFilter Parse(string text)
    {
        if (text.Length > Longest) throw new FormatException($"must have at most {Longest} characters");
        var filter = PaymentFilter.All;
        if (string.IsNullOrWhiteSpace(text)) return filter;
        foreach (var term in text.Split(" AND "))
        {
            var match = Term().Match(term);
            if (!match.Success)
                throw new FormatException("must be terms like state = SUCCEEDED, merchant = \"acme\" or create_time >= \"2026-01-31T00:00:00Z\", joined by AND");
            filter = Add(filter, match.Groups["field"].Value, match.Groups["operator"].Value, match.Groups["value"].Value.Trim('"'));
        }

        return filter;
    }

    private static PaymentFilter Add(PaymentFilter filter, string field, string comparison, string value) => field switch
    {
        "create_time" => Time(filter, comparison, value),
        _ when comparison != "=" => throw new FormatException($"{field} can only be compared with ="),
        "state" when filter.State is null => filter with { State = State(value) },
        "merchant" when filter.Merchant is null => filter with { Merchant = value },
        "state" or "merchant" => throw new FormatException($"{field} is given twice"),
        _ => throw new FormatException("can restrict state, merchant and create_time only"),
    };

    private static PaymentState State(string value)
    {
        foreach (var state in Enum.GetValues<PaymentState>())
        {
            if (UpperSnakeCase.Of(state.ToString()) == value) return state;
        }

        throw new FormatException("names a state that does not exist; states are those of PaymentState, for example SUCCEEDED");
    }

    private static PaymentFilter Time(PaymentFilter filter, string comparison, string value)
    {
        if (!DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            throw new FormatException("has a create_time that is not RFC 3339, for example \"2026-01-31T00:00:00Z\"");
        // Stored times are whole microseconds, so the next one stands for "after".
        var after = Times.Truncate(time) + TimeSpan.FromMicroseconds(1);
        return comparison switch
        {
            ">=" => From(filter, time),
            ">" => From(filter, after),
            "<" => Before(filter, time),
            "<=" => Before(filter, after),
            _ => Before(From(filter, time), after),
        };
    }

    private static PaymentFilter From(PaymentFilter filter, DateTimeOffset time) =>
        filter.CreatedFrom > time ? filter : filter with { CreatedFrom = time };

    private static PaymentFilter Before(PaymentFilter filter, DateTimeOffset time) =>
        filter.CreatedBefore < time ? filter : filter with { CreatedBefore = time };

    [GeneratedRegex("""^\s*(?<field>[a-z_]+)\s*(?<operator><=|>=|=|<|>)\s*(?<value>"[^"\\]*"|[^\s"<>=]+)\s*$""")]
    private static partial Regex Term();
}
