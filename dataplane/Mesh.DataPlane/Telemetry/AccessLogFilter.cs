using System.Globalization;
using Mesh.Hosting.AccessLogs;

namespace Mesh.DataPlane.Telemetry;

/// <summary>
/// Decides by an expression what is logged: comparisons of attributes with constants, joined by <c>&amp;&amp;</c>, <c>||</c> and <c>!</c>, and
/// <c>has(ATTRIBUTE)</c>, <c>startsWith</c>, <c>endsWith</c>, <c>contains</c>. What cannot be compared is not logged.
/// </summary>
/// <remarks>Source: Istio, "Telemetry API: AccessLogging.Filter"; a part of the Common Expression Language, for which there is no package.</remarks>
public sealed class AccessLogFilter
{
    private readonly Func<AccessLogEntry, object?> expression;

    private AccessLogFilter(Func<AccessLogEntry, object?> expression) => this.expression = expression;

    public bool Passes(AccessLogEntry entry) => expression(entry) is true;

    /// <exception cref="FormatException">Not such an expression, or of an attribute that is not known here.</exception>
    public static AccessLogFilter Parse(string text)
    {
        var reader = new Reader(Tokens(text));
        var whole = reader.Or();
        return reader.IsAtEnd ? new AccessLogFilter(whole) : throw new FormatException($"'{reader.Next()}' is not expected there");
    }

    private static Func<AccessLogEntry, object?> Attribute(string name) => name switch
    {
        "response.code" => entry => (long)entry.ResponseCode,
        "response.flags" => entry => FlagBits.Of(entry.ResponseFlags),
        "response.code_details" => entry => entry.ResponseCodeDetails,
        "response.grpc_status" => entry => entry.GrpcStatus is { } status ? (long)status : null,
        "response.size" or "response.total_size" => entry => entry.BytesSent,
        "request.size" or "request.total_size" => entry => entry.BytesReceived,
        "request.method" => entry => entry.Method,
        "request.path" => entry => entry.Path,
        "request.url_path" => entry => entry.Path?.Split('?')[0],
        "request.host" => entry => entry.Authority,
        "request.useragent" => entry => entry.UserAgent,
        "request.id" => entry => entry.RequestId,
        "request.protocol" => entry => entry.Protocol,
        "connection.mtls" => entry => entry.DownstreamPeerUriSan is not null,
        "connection.requested_server_name" => entry => entry.RequestedServerName,
        "connection.uri_san_peer_certificate" => entry => entry.DownstreamPeerUriSan,
        "upstream.address" => entry => entry.UpstreamHost,
        "source.address" => entry => entry.DownstreamRemoteAddress,
        "destination.address" => entry => entry.DownstreamLocalAddress,
        "xds.cluster_name" => entry => entry.UpstreamCluster,
        "xds.route_name" => entry => entry.RouteName,
        _ => throw new FormatException($"attribute {name} is not known here"),
    };

    private static List<string> Tokens(string text)
    {
        var tokens = new List<string>();
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            var character = text[i];
            if (char.IsWhiteSpace(character))
            {
                i++;
                continue;
            }

            if (character is '\'' or '"')
            {
                i = text.IndexOf(character, i + 1) + 1;
                if (i == 0) throw new FormatException("a text has no end");
            }
            else if (char.IsAsciiLetterOrDigit(character) || character == '_' || (character == '-' && i + 1 < text.Length && char.IsAsciiDigit(text[i + 1])))
            {
                i++;
                while (i < text.Length && (char.IsAsciiLetterOrDigit(text[i]) || text[i] is '_' or '.')) i++;
            }
            else
            {
                var isDouble = i + 1 < text.Length && text.Substring(i, 2) is "&&" or "||" or "==" or "!=" or "<=" or ">=";
                i += isDouble ? 2 : 1;
            }

            tokens.Add(text[start..i]);
        }

        return tokens;
    }

    private sealed class Reader(List<string> tokens)
    {
        private int position;
        private int depth;

        public bool IsAtEnd => position == tokens.Count;

        public string Next() => IsAtEnd ? throw new FormatException("it ends too early") : tokens[position++];

        public Func<AccessLogEntry, object?> Or()
        {
            var left = And();
            while (Takes("||"))
            {
                var (one, other) = (left, And());
                left = entry => one(entry) is true || other(entry) is true;
            }

            return left;
        }

        private Func<AccessLogEntry, object?> And()
        {
            var left = Not();
            while (Takes("&&"))
            {
                var (one, other) = (left, Not());
                left = entry => one(entry) is true && other(entry) is true;
            }

            return left;
        }

        private Func<AccessLogEntry, object?> Not()
        {
            const int deepest = 64;
            if (!Takes("!")) return Comparison();
            if (++depth > deepest) throw new FormatException("it is nested too deeply");
            var operand = Not();
            depth--;
            return entry => operand(entry) is false;
        }

        private Func<AccessLogEntry, object?> Comparison()
        {
            var left = Primary();
            if (IsAtEnd || tokens[position] is not ("==" or "!=" or "<" or "<=" or ">" or ">=")) return left;
            var name = Next();
            var right = Primary();
            return entry => Compare(left(entry), right(entry), name);
        }

        private Func<AccessLogEntry, object?> Primary()
        {
            const int deepest = 64;
            var token = Next();
            if (token == "(")
            {
                if (++depth > deepest) throw new FormatException("it is nested too deeply");
                var inner = Or();
                depth--;
                Expect(")");
                return inner;
            }

            if (token[0] is '\'' or '"') return Constant(token[1..^1]);
            if (token is "true" or "false") return Constant(token == "true");
            if (token == "null") return Constant(null);
            if (token == "has")
            {
                Expect("(");
                var attribute = Attribute(Next());
                Expect(")");
                return entry => attribute(entry) is not null;
            }

            if (char.IsAsciiDigit(token[0]) || token[0] == '-')
            {
                return long.TryParse(token, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    ? Constant(number)
                    : throw new FormatException($"{token} is not a whole number");
            }

            return Takes("(") ? Method(token) : Attribute(token);
        }

        /// <summary><c>request.path.startsWith('/v1')</c>, after the parenthesis.</summary>
        private Func<AccessLogEntry, object?> Method(string token)
        {
            var dot = token.LastIndexOf('.');
            if (dot < 0) throw new FormatException($"function {token} is not known here");
            var attribute = Attribute(token[..dot]);
            var argument = Primary();
            Expect(")");
            Func<string, string, bool> test = token[(dot + 1)..] switch
            {
                "startsWith" => static (text, part) => text.StartsWith(part, StringComparison.Ordinal),
                "endsWith" => static (text, part) => text.EndsWith(part, StringComparison.Ordinal),
                "contains" => static (text, part) => text.Contains(part, StringComparison.Ordinal),
                var other => throw new FormatException($"function {other} is not known here"),
            };
            return entry => attribute(entry) is string text && argument(entry) is string part && test(text, part);
        }

        private static Func<AccessLogEntry, object?> Constant(object? value) => _ => value;

        private static bool? Compare(object? left, object? right, string name)
        {
            if (name is "==" or "!=") return Equals(left, right) == (name == "==");
            var order = (left, right) switch
            {
                (long one, long other) => one.CompareTo(other),
                (string one, string other) => string.CompareOrdinal(one, other),
                _ => (int?)null,
            };
            return order is null
                ? null
                : name switch
                {
                    "<" => order < 0,
                    "<=" => order <= 0,
                    ">" => order > 0,
                    _ => order >= 0,
                };
        }

        private bool Takes(string token)
        {
            if (IsAtEnd || tokens[position] != token) return false;
            position++;
            return true;
        }

        private void Expect(string token)
        {
            if (!Takes(token)) throw new FormatException(IsAtEnd ? $"'{token}' is missing at its end" : $"'{token}' is missing before '{tokens[position]}'");
        }
    }
}
