using System.Collections.Immutable;
using System.Globalization;
using Mesh.Config.Resources.GatewayApi;

namespace Mesh.Config.Resources.Validation;

/// <summary>Rules for Gateways of the Gateway API.</summary>
/// <remarks>Source: Gateway API, validation rules of the Gateway's custom resource definition.</remarks>
internal static class GatewayApiGatewayRules
{
    private const int MaxListeners = 64;

    public static void Check(GatewayApiGateway value, RuleScope at)
    {
        var spec = at["spec"];
        if (value.Spec.Listeners.IsEmpty) spec.Missing("listeners", "a Gateway without any serves nothing");
        if (value.Spec.Listeners.Length > MaxListeners)
            spec["listeners"].Error($"has more than {MaxListeners} listeners; make another Gateway");
        CheckDistinct(value.Spec.Listeners, spec["listeners"]);
        for (var i = 0; i < value.Spec.Listeners.Length; i++) Check(value.Spec.Listeners[i], spec["listeners"][i]);
        Check(value.Spec.Addresses, spec["addresses"]);
    }

    private static void CheckDistinct(ImmutableArray<Listener> listeners, RuleScope at)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var places = new HashSet<(int, string, string)>();
        for (var i = 0; i < listeners.Length; i++)
        {
            var listener = listeners[i];
            if (!names.Add(listener.Name)) at[i]["name"].Error($"listener \"{listener.Name}\" is given twice; rename one");
            if (!places.Add((listener.Port, listener.Protocol, listener.Hostname.ToLowerInvariant())))
                at[i].Error(string.Create(CultureInfo.InvariantCulture,
                    $"another listener has port {listener.Port}, protocol {listener.Protocol} and {Describe(listener.Hostname)} too; change one of the three"));
        }
    }

    private static string Describe(string hostname) => hostname.Length > 0 ? $"hostname {hostname}" : "no hostname";

    private static void Check(Listener listener, RuleScope at)
    {
        if (listener.Hostname.Length > 0) GatewayApiRouteRules.CheckHostname(listener.Hostname, at["hostname"]);
        if (listener.Protocol is "TCP" or "UDP" && listener.Hostname.Length > 0)
            at["hostname"].Error($"a listener of protocol {listener.Protocol} sees no host names; remove it");
        switch (listener.Protocol)
        {
            case "HTTP" or "TCP" or "UDP" when listener.Tls is not null:
                at["tls"].Error($"a listener of protocol {listener.Protocol} has no TLS; remove it or use HTTPS or TLS");
                break;
            case "HTTPS" when listener.Tls is { Mode: not ListenerTlsMode.Terminate }:
                at["tls"]["mode"].Error("a listener of protocol HTTPS terminates TLS; use mode Terminate, or protocol TLS");
                break;
            case "HTTPS" or "TLS" when listener.Tls is null:
                at.Warning($"a listener of protocol {listener.Protocol} without tls is not served; add tls", Yaml.DiagnosticCodes.NoEffect);
                break;
        }

        if (listener.Tls is { Mode: ListenerTlsMode.Terminate, CertificateRefs.IsEmpty: true, Options.IsEmpty: true })
            at["tls"].Missing("certificateRefs", "mode Terminate needs a certificate, or options that say where it comes from");
    }

    private static void Check(ImmutableArray<GatewayAddress> addresses, RuleScope at)
    {
        var seen = new HashSet<(string, string)>();
        for (var i = 0; i < addresses.Length; i++)
        {
            var (type, value) = (addresses[i].Type is "" ? "IPAddress" : addresses[i].Type, addresses[i].Value);
            if (value.Length > 0 && type is "IPAddress" or "Hostname" && !seen.Add((type, value)))
                at[i]["value"].Error($"address {value} is given twice; remove one");
        }
    }
}
