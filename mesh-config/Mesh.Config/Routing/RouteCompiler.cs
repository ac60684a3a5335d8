using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Model;
using Mesh.Config.Model.Compilation;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;

namespace Mesh.Config.Routing;

/// <summary>Compiles HTTP rules of VirtualServices for one gateway (or <c>mesh</c>) and listener port.</summary>
/// <remarks>Source: istio pilot/pkg/networking/core/route/route.go; traffic-resources.md §Q and §S.</remarks>
internal sealed class RouteCompiler(
    TrafficConfig config, ProxyScope scope, MeshModelOptions options, Func<string, int?> onlyPort)
{
    /// <summary>Rules of one VirtualService that apply to <paramref name="gateway"/>, in order, up to a catch-all.</summary>
    public IEnumerable<RouteRule> Compile(VirtualService source, string gateway, int listenerPort)
    {
        foreach (var rule in config.HttpRulesOf(source))
        {
            var conditions = rule.Spec.Match.Where(match => Applies(match, gateway, listenerPort))
                .Select(match => new RequestCondition(match))
                .ToImmutableArray();
            if (conditions.IsEmpty && !rule.Spec.Match.IsEmpty) continue;
            var compiled = new RouteRule(CompileRoute(rule, listenerPort), conditions);
            yield return compiled;
            if (compiled.IsCatchAll) yield break;
        }
    }

    /// <summary>What a VirtualService asks for and is not done yet; said once, never silently dropped.</summary>
    public static IEnumerable<Diagnostic> NotHonouredYet(VirtualService source)
    {
        foreach (var spec in source.Spec.Http)
        {
            if (spec.DirectResponse?.Body?.Bytes is not null)
                yield return new Diagnostic(
                    Severity.Warning, "NotHonouredYet",
                    $"http rule {Label(spec, source)}: directResponse.body.bytes is not honoured by the data plane yet",
                    source.Location, source.Subject);
        }

        var isForSidecars = source.Spec.Gateways.IsEmpty || source.Spec.Gateways.Contains(GatewayNames.Mesh);
        if (isForSidecars && (!source.Spec.Tcp.IsEmpty || !source.Spec.Tls.IsEmpty))
            yield return new Diagnostic(
                Severity.Warning, "NotHonouredYet", "tcp and tls routes are not honoured by sidecars yet, only by gateways",
                source.Location, source.Subject);
    }

    /// <summary>One rule to a service, as for a host without VirtualService.</summary>
    public static HttpRoute Default(UpstreamKey upstream) => new()
    {
        Name = "default",
        Origin = "default",
        Action = new RouteAction.Forward([new WeightedDestination(upstream, 1)]),
    };

    private bool Applies(HttpMatchRequest match, string gateway, int listenerPort)
    {
        if (match.Port is { } port && port != listenerPort) return false;
        // Gateways in a match replace the test of the source's labels and namespace.
        if (!match.Gateways.IsEmpty) return match.Gateways.Contains(gateway);
        return LabelMatch.Selects(match.SourceLabels, scope.Labels)
               && (match.SourceNamespace.Length == 0 || match.SourceNamespace == scope.Namespace);
    }

    private HttpRoute CompileRoute(HttpRuleInForce rule, int listenerPort)
    {
        var spec = rule.Spec;
        return new HttpRoute
        {
            Name = rule.Name,
            Origin = rule.Origin,
            Action = CompileAction(rule, listenerPort),
            RewriteUri = spec.Rewrite is { Uri.Length: > 0 } rewrite ? rewrite.Uri
                : spec.Redirect is { PrefixRewrite.Length: > 0 } redirect ? redirect.PrefixRewrite
                : null,
            RewritePath = spec.Rewrite?.UriRegexRewrite is { } regex ? new PathRewrite(regex.Match, regex.Rewrite) : null,
            RewriteAuthority = spec.Rewrite is { Authority.Length: > 0 } authority ? authority.Authority : null,
            Timeout = spec.Timeout is { Ticks: > 0 } timeout ? timeout : null,
            Retries = RetryPolicies.Compile(spec.Retries ?? config.Settings.DefaultHttpRetryPolicy),
            Headers = Compile(spec.Headers),
            Fault = RouteExtras.Compile(spec.Fault),
            Mirrors = RouteExtras.Compile(spec, destination => KeyOf(destination, rule.Namespace, listenerPort)),
            Cors = RouteExtras.Compile(spec.CorsPolicy),
        };
    }

    private RouteAction CompileAction(HttpRuleInForce rule, int listenerPort)
    {
        if (rule.Spec.Redirect is { } redirect)
        {
            var port = redirect.Port ?? (redirect.DerivePort == RedirectPort.FromRequestPort ? listenerPort : null);
            return new RouteAction.Redirect(
                redirect.RedirectCode ?? 301, OrNull(redirect.Scheme), OrNull(redirect.Authority), port, OrNull(redirect.Uri));
        }

        if (rule.Spec.DirectResponse is { } response)
            return new RouteAction.DirectResponse(response.Status, response.Body?.Text ?? "");
        var single = rule.Spec.Route.Length == 1;
        return new RouteAction.Forward(
        [
            .. rule.Spec.Route
                .Where(destination => single || destination.Weight > 0)
                .Select(destination => new WeightedDestination(
                    KeyOf(destination.Destination!, rule.Namespace, listenerPort), single ? 1 : destination.Weight)
                {
                    Headers = Compile(destination.Headers),
                }),
        ]);
    }

    private UpstreamKey KeyOf(Destination destination, string space, int listenerPort)
    {
        var host = HostNames.Complete(destination.Host, space, options.ClusterDomain).ToLowerInvariant();
        // Without a number: the Service's only port, else the one that the listener has.
        var port = destination.Port?.Number is > 0 and var number ? number : onlyPort(host) ?? listenerPort;
        return new UpstreamKey(host, port, destination.Subset);
    }

    private static HeaderOperations Compile(HeadersSpec? headers)
    {
        if (headers is null) return HeaderOperations.None;
        return new HeaderOperations
        {
            RequestSet = headers.Request?.Set.ToImmutableArray() ?? [],
            RequestAdd = headers.Request?.Add.ToImmutableArray() ?? [],
            RequestRemove = headers.Request?.Remove ?? [],
            ResponseSet = headers.Response?.Set.ToImmutableArray() ?? [],
            ResponseAdd = headers.Response?.Add.ToImmutableArray() ?? [],
            ResponseRemove = headers.Response?.Remove ?? [],
        };
    }

    private static string Label(HttpRouteSpec spec, VirtualService source) => spec.Name.Length > 0
        ? $"\"{spec.Name}\""
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"#{source.Spec.Http.IndexOf(spec)}");

    private static string? OrNull(string text) => text.Length == 0 ? null : text;
}
