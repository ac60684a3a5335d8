using System.Buffers;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Http;

/// <summary>Keeps the caller's W3C trace, or begins one when there is none or it is malformed.</summary>
/// <remarks>Source: W3C Trace Context Level 1.</remarks>
public static class TraceContext
{
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private const string ParentHeader = "traceparent";
    private const string StateHeader = "tracestate";

    /// <summary>Makes sure the request carries a valid <c>traceparent</c> and returns its trace id (32 hex digits).</summary>
    public static string Ensure(IHeaderDictionary headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        if (headers.TryGetValue(ParentHeader, out var values) && values.Count == 1 && TryParse(values[0], out var traceId)) return traceId;

        traceId = ActivityTraceId.CreateRandom().ToHexString();
        headers[ParentHeader] = $"00-{traceId}-{ActivitySpanId.CreateRandom().ToHexString()}-01";
        // State belongs to the parent that was just discarded.
        headers.Remove(StateHeader);
        return traceId;
    }

    /// <summary>Accepts version 00, and later versions by the part that is known.</summary>
    public static bool TryParse(string? traceparent, out string traceId)
    {
        traceId = "";
        const int knownLength = 55;
        if (traceparent is null || traceparent.Length < knownLength) return false;
        var text = traceparent.AsSpan();
        if (text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
        var version = text[..2];
        if (!IsLowerHex(version) || version.SequenceEqual("ff")) return false;
        if (version.SequenceEqual("00") ? text.Length != knownLength : text.Length > knownLength && text[knownLength] != '-') return false;
        if (!IsId(text[3..35]) || !IsId(text[36..52]) || !IsLowerHex(text[53..55])) return false;
        traceId = traceparent[3..35];
        return true;
    }

    private static bool IsId(ReadOnlySpan<char> text) => IsLowerHex(text) && text.ContainsAnyExcept('0');

    private static bool IsLowerHex(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(LowerHex);
}
