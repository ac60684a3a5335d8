using System.Buffers;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Mesh.DataPlane.Http;

/// <summary>The trace a request belongs to: the caller's, as W3C or B3 headers tell it, else a new one.</summary>
/// <remarks>Source: W3C Trace Context Level 1; openzipkin/b3-propagation.</remarks>
public readonly struct TraceContext
{
    private const string ParentHeader = "traceparent";
    private const string StateHeader = "tracestate";
    private const string B3Header = "b3";
    private const string B3TraceId = "x-b3-traceid";
    private const string B3SpanId = "x-b3-spanid";
    private const string B3Sampled = "x-b3-sampled";
    private const string B3Parent = "x-b3-parentspanid";
    private const string B3Flags = "x-b3-flags";

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private readonly Forms forms;

    private TraceContext(ActivityContext parent, string traceId, Forms forms, bool isNew, bool? sampled)
    {
        Parent = parent;
        TraceId = traceId;
        this.forms = forms;
        IsNew = isNew;
        Sampled = sampled;
    }

    [Flags]
    private enum Forms
    {
        None = 0,
        B3Single = 1,
        B3Multiple = 2,
    }

    /// <summary>32 hex digits.</summary>
    public string TraceId { get; }

    /// <summary>The caller's span; one nobody reports when the trace is new.</summary>
    public ActivityContext Parent { get; }

    /// <summary>No caller told of a trace, or not in a form that can be read.</summary>
    public bool IsNew { get; }

    /// <summary>What the caller decided; null when it left that to others.</summary>
    public bool? Sampled { get; }

    /// <summary>Reads what the caller told; ids are made up where it told none. Changes no header.</summary>
    public static TraceContext Read(IHeaderDictionary headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        var forms = FormsIn(headers);
        if (headers.TryGetValue(ParentHeader, out var values) && values.Count == 1 && TryParse(values[0], out var traceId))
        {
            var told = ContextOf(values[0]!, headers[StateHeader].ToString());
            return new TraceContext(told, traceId, forms, isNew: false, told.TraceFlags.HasFlag(ActivityTraceFlags.Recorded));
        }

        if (forms != Forms.None && TryParseB3(headers, forms, out var parent, out var sampled))
            return new TraceContext(parent, parent.TraceId.ToHexString(), forms, isNew: false, sampled);

        // B3 can say "not this one" without naming a trace.
        var isDenied = headers[B3Sampled] == "0" || headers[B3Header] == "0";
        var made = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.None);
        return new TraceContext(made, made.TraceId.ToHexString(), forms, isNew: true, isDenied ? false : null);
    }

    /// <summary>Makes sure that a request tells of a trace, by which the lines of its hops can be joined; what the caller told stays.</summary>
    public static TraceContext Ensure(IHeaderDictionary headers)
    {
        var trace = Read(headers);
        if (!trace.IsNew) return trace;
        headers[ParentHeader] = Format(trace.Parent, trace.Sampled != false);
        // State belongs to the parent that was just discarded.
        headers.Remove(StateHeader);
        return trace;
    }

    /// <summary>Tells the next one that <paramref name="span"/> is its caller, in W3C's form and in those in which this one was told.</summary>
    /// <param name="withB3">In B3's several headers too, whatever the caller wrote.</param>
    public void Write(IHeaderDictionary headers, in ActivityContext span, bool withB3)
    {
        ArgumentNullException.ThrowIfNull(headers);
        var isSampled = span.TraceFlags.HasFlag(ActivityTraceFlags.Recorded);
        headers[ParentHeader] = Format(span, isSampled);
        if (IsNew) headers.Remove(StateHeader);
        var sampled = isSampled ? "1" : "0";
        if (forms.HasFlag(Forms.B3Single)) headers[B3Header] = $"{span.TraceId}-{span.SpanId}-{sampled}";
        if (!withB3 && !forms.HasFlag(Forms.B3Multiple)) return;
        headers[B3TraceId] = span.TraceId.ToHexString();
        headers[B3SpanId] = span.SpanId.ToHexString();
        headers[B3Sampled] = sampled;
        if (IsNew) headers.Remove(B3Parent);
        else headers[B3Parent] = Parent.SpanId.ToHexString();
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

    private static ActivityContext ContextOf(string traceparent, string state)
    {
        var text = traceparent.AsSpan();
        var isSampled = "13579bdf".Contains(text[54], StringComparison.Ordinal);
        return new ActivityContext(
            ActivityTraceId.CreateFromString(text[3..35]), ActivitySpanId.CreateFromString(text[36..52]),
            isSampled ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None, state.Length > 0 ? state : null, isRemote: true);
    }

    private static Forms FormsIn(IHeaderDictionary headers)
    {
        var forms = headers.ContainsKey(B3Header) ? Forms.B3Single : Forms.None;
        return headers.ContainsKey(B3TraceId) || headers.ContainsKey(B3Sampled) ? forms | Forms.B3Multiple : forms;
    }

    private static bool TryParseB3(IHeaderDictionary headers, Forms forms, out ActivityContext parent, out bool? isSampled)
    {
        parent = default;
        isSampled = null;
        string trace, span, sampled;
        if (forms.HasFlag(Forms.B3Single))
        {
            var parts = headers[B3Header].ToString().Split('-');
            if (parts.Length < 2) return false;
            (trace, span, sampled) = (parts[0], parts[1], parts.Length > 2 ? parts[2] : "");
        }
        else
        {
            (trace, span, sampled) = (headers[B3TraceId].ToString(), headers[B3SpanId].ToString(), headers[B3Sampled].ToString());
            if (headers[B3Flags] == "1") sampled = "d";
        }

        // Ids of 64 bits are those of 128 with zeroes in front.
        if (trace.Length == 16) trace = new string('0', 16) + trace;
        if (trace.Length != 32 || span.Length != 16 || !IsId(trace) || !IsId(span)) return false;
        isSampled = sampled.Length == 0 ? null : sampled is "1" or "d" or "true";
        var flags = isSampled == true ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None;
        parent = new ActivityContext(ActivityTraceId.CreateFromString(trace), ActivitySpanId.CreateFromString(span), flags, isRemote: true);
        return true;
    }

    private static string Format(in ActivityContext context, bool isSampled) => $"00-{context.TraceId}-{context.SpanId}-{(isSampled ? "01" : "00")}";

    private static bool IsId(ReadOnlySpan<char> text) => IsLowerHex(text) && text.ContainsAnyExcept('0');

    private static bool IsLowerHex(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(LowerHex);
}
