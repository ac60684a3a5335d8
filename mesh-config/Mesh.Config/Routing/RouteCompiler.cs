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
            var conditions = rule.Spec.Match.Where(match => Applies(match, rule.Namespace, gateway, listenerPort))
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
            foreach (var what in NotHonouredYet(spec))
                yield return new Diagnostic(
                    Severity.Warning, "NotHonouredYet", $"http rule {Label(spec, source)}: {what} is not honoured by the data plane yet",
                    source.Location, source.Subject);

        var isForSidecars = source.Spec.Gateways.IsEmpty || source.Spec.Gateways.Contains(GatewayNames.Mesh);
        if (isForSidecars && (!source.Spec.Tcp.IsEmpty || !source.Spec.Tls.IsEmpty))
            yield return new Diagnostic(
                Severity.Warning, "NotHonouredYet", "tcp and tls routes are not honoured by sidecars yet, only by gateways",
                source.Location, source.Subject);
    }

    private static IEnumerable<string> NotHonouredYet(HttpRouteSpec spec)
    {
        const string claims = "@request.auth.claims";
        foreach (var name in spec.Match.SelectMany(match => match.Headers.Keys.Concat(match.WithoutHeaders.Keys)).Distinct())
            if (name.StartsWith(claims, StringComparison.Ordinal)) yield return $"match on {name} (it counts as a header that no request has)";
        var values = spec.Route.Select(destination => destination.Headers).Append(spec.Headers)
            .SelectMany(headers => new[] { headers?.Request, headers?.Response })
            .SelectMany(operations => operations is null ? [] : operations.Set.Values.Concat(operations.Add.Values));
        foreach (var name in values.SelectMany(HeaderOperators.UnknownIn).Distinct())
            yield return $"%{name}% in a header value (it is sent as it is)";
    }

    /// <summary>One rule to a service, as for a host without VirtualService.</summary>
    public static HttpRoute Default(UpstreamKey upstream) => new()
    {
        Name = "default",
        Origin = "default",
        Action = new RouteAction.Forward([new WeightedDestination(upstream, 1)]),
    };

    private bool Applies(HttpMatchRequest match, string space, string gateway, int listenerPort)
    {
        if (match.Port is { } port && port != listenerPort) return false;
        // Gateways in a match replace the test of the source's labels and namespace.
        if (!match.Gateways.IsEmpty) return match.Gateways.Any(name => GatewayNames.Resolve(name, space) == gateway);
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
            RewriteAuthority = spec.Rewrite is { Authority.Length: > 0 } authority ? authority.Authority : AuthorityOf(spec.Headers),
            Timeout = spec.Timeout is { Ticks: > 0 } timeout ? timeout : null,
            Retries = RetryPolicies.Compile(spec.Retries ?? config.Settings.DefaultHttpRetryPolicy),
            Headers = HeadersOf(spec),
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
        {
            return response.Body?.Bytes is null
                ? new RouteAction.DirectResponse(response.Status, response.Body?.Text ?? "")
                : new RouteAction.DirectResponse(response.Status, "") { Bytes = response.Body.Decoded };
        }

        var single = rule.Spec.Route.Length == 1;
        return new RouteAction.Forward(
        [
            .. rule.Spec.Route
                .Where(destination => single || destination.Weight > 0)
                .Select(destination => new WeightedDestination(
                    KeyOf(destination.Destination!, rule.Namespace, listenerPort), single ? 1 : destination.Weight)
                {
                    RewriteAuthority = AuthorityOf(destination.Headers),
                    // What a single destination removes is removed by the route, before either adds anything.
                    Headers = single ? Compile(destination.Headers) with { RequestRemove = [], ResponseRemove = [] } : Compile(destination.Headers),
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

    /// <remarks>Source: istio pilot/pkg/networking/core/route/route.go: the operations of a single destination become the route's.</remarks>
    private static HeaderOperations HeadersOf(HttpRouteSpec spec)
    {
        var own = Compile(spec.Headers);
        if (spec.Route.Length != 1) return own;
        var destination = Compile(spec.Route[0].Headers);
        return destination.RequestRemove.IsEmpty && destination.ResponseRemove.IsEmpty
            ? own
            : own with
            {
                RequestRemove = own.RequestRemove.AddRange(destination.RequestRemove),
                ResponseRemove = own.ResponseRemove.AddRange(destination.ResponseRemove),
            };
    }

    /// <summary>Setting the authority is rewriting it, and no header.</summary>
    private static string? AuthorityOf(HeadersSpec? headers) => headers?.Request is { } request
        ? request.Set.Concat(request.Add).Where(pair => IsAuthority(pair.Key)).Select(pair => pair.Value).FirstOrDefault()
        : null;

    private static bool IsAuthority(string name) =>
        name.Equals("host", StringComparison.OrdinalIgnoreCase) || name.Equals(":authority", StringComparison.OrdinalIgnoreCase);

    private static HeaderOperations Compile(HeadersSpec? headers)
    {
        if (headers is null) return HeaderOperations.None;
        return new HeaderOperations
        {
            RequestSet = headers.Request?.Set.Where(pair => !IsAuthority(pair.Key)).ToImmutableArray() ?? [],
            RequestAdd = headers.Request?.Add.Where(pair => !IsAuthority(pair.Key)).ToImmutableArray() ?? [],
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
