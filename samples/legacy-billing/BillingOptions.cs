using System.Net;

namespace LegacyBilling;

/// <summary>What this program can be told. The way to the payments service is not among it: that is <c>http_proxy</c>.</summary>
internal sealed record BillingOptions(IPEndPoint Listen, Uri Payments)
{
    public const string Usage = """
        legacy-billing: a small invoice service that settles invoices through the payments API.

        usage: legacy-billing [--listen ADDR:PORT] [--payments URL]

          --listen ADDR:PORT   where to answer (BILLING_LISTEN; default 127.0.0.1:9080)
          --payments URL       base of the payments API
                               (BILLING_PAYMENTS; default http://payments.prod.svc.cluster.local:8080)

        environment:
          http_proxy           proxy for calls to the payments API, as in any other program
        """;

    private const string DefaultListen = "127.0.0.1:9080";
    private const string DefaultPayments = "http://payments.prod.svc.cluster.local:8080";

    /// <summary>Reads options over environment over defaults; <paramref name="error"/> says what to change when null is returned.</summary>
    public static BillingOptions? Read(
        IReadOnlyList<string> args, Func<string, string?> environment, out string error)
    {
        var listenText = environment("BILLING_LISTEN") ?? DefaultListen;
        var paymentsText = environment("BILLING_PAYMENTS") ?? DefaultPayments;
        error = "";
        for (var i = 0; i < args.Count; i++)
        {
            var (name, inline) = Split(args[i]);
            if (name is not ("--listen" or "--payments"))
            {
                error = $"unknown option '{args[i]}'; see --help";
                return null;
            }

            var value = inline ?? (i + 1 < args.Count ? args[++i] : null);
            if (string.IsNullOrEmpty(value))
            {
                error = $"{name} needs a value; see --help";
                return null;
            }

            if (name == "--listen") listenText = value;
            else paymentsText = value;
        }

        if (!IPEndPoint.TryParse(listenText, out var listen) || !listenText.Contains(':', StringComparison.Ordinal))
        {
            error = $"--listen: '{listenText}' is not ADDR:PORT, e.g. {DefaultListen}";
            return null;
        }

        if (!Uri.TryCreate(paymentsText, UriKind.Absolute, out var payments) || payments.Scheme is not ("http" or "https"))
        {
            error = $"--payments: '{paymentsText}' is not an http URL, e.g. {DefaultPayments}";
            return null;
        }

        return new BillingOptions(listen, payments);
    }

    private static (string Name, string? Value) Split(string argument)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (argument, null) : (argument[..equals], argument[(equals + 1)..]);
    }
}
