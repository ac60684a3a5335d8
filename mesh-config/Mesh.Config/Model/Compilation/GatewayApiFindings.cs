using System.Collections.Immutable;
using Mesh.Config.Diagnostics;
using Mesh.Config.Model.Incremental;
using Mesh.Config.Resources;
using Mesh.Config.Resources.GatewayApi;
using Mesh.Config.Routing.GatewayApi;

namespace Mesh.Config.Model.Compilation;

/// <summary>Findings about Gateway API objects: what is not honoured yet, and references that another namespace does not grant.</summary>
internal static class GatewayApiFindings
{
    public static void Collect(MeshObject about, MeshReader reader, List<Diagnostic> found)
    {
        switch (about)
        {
            case GatewayApiGateway gateway:
                AddUnhonoured(gateway, found);
                AddUngrantedCertificates(gateway, reader, found);
                break;
            case GatewayApiHttpRoute route:
                AddDefaultGateways(route, route.Spec.UseDefaultGateways, found);
                for (var i = 0; i < route.Spec.Rules.Length; i++)
                {
                    var rule = route.Spec.Rules[i];
                    AddRule(route, NameOf(rule.Name, i), rule.Filters, rule.BackendRefs, rule.SessionPersistence, reader, found);
                }

                break;
            case GatewayApiGrpcRoute route:
                AddDefaultGateways(route, route.Spec.UseDefaultGateways, found);
                for (var i = 0; i < route.Spec.Rules.Length; i++)
                {
                    var rule = route.Spec.Rules[i];
                    AddRule(route, NameOf(rule.Name, i), rule.Filters, rule.BackendRefs, rule.SessionPersistence, reader, found);
                }

                break;
            case GatewayApiTlsRoute route:
                AddDefaultGateways(route, route.Spec.UseDefaultGateways, found);
                for (var i = 0; i < route.Spec.Rules.Length; i++)
                    AddBackends(route, NameOf(route.Spec.Rules[i].Name, i), route.Spec.Rules[i].BackendRefs, reader, found);
                break;
        }
    }

    private static void AddUnhonoured(GatewayApiGateway gateway, List<Diagnostic> found)
    {
        foreach (var (name, used) in new[]
                 {
                     ("tls", gateway.Spec.Tls.Length > 0),
                     ("backendTLS", gateway.Spec.BackendTls.Length > 0),
                     ("allowedListeners", gateway.Spec.AllowedListeners.Length > 0),
                     ("defaultScope", gateway.Spec.DefaultScope.Length > 0),
                 })
        {
            if (used) found.Add(NotHonouredYet(gateway, $"spec.{name}"));
        }

        foreach (var listener in gateway.Spec.Listeners)
        {
            if (listener.Tls is { FrontendValidation.Length: > 0 })
                found.Add(NotHonouredYet(gateway, $"listener \"{listener.Name}\": tls.frontendValidation"));
            if (listener.Tls is { CertificateRefs.Length: > 1 })
                found.Add(NotHonouredYet(gateway, $"listener \"{listener.Name}\": more than one of tls.certificateRefs"));
        }
    }

    private static void AddUngrantedCertificates(GatewayApiGateway gateway, MeshReader reader, List<Diagnostic> found)
    {
        foreach (var listener in gateway.Spec.Listeners)
            if (GatewayApiListeners.UngrantedCertificate(GrantsIn(reader), gateway, listener) is { } secret)
                found.Add(new Diagnostic(
                    Severity.Warning, "ReferenceNotGranted",
                    $"listener \"{listener.Name}\" is not served: namespace {secret.Namespace} does not let it use Secret {secret.Name}; add a ReferenceGrant there",
                    gateway.Location, gateway.Subject));
    }

    private static void AddDefaultGateways(MeshObject route, string scope, List<Diagnostic> found)
    {
        if (scope is not ("" or "None")) found.Add(NotHonouredYet(route, "spec.useDefaultGateways"));
    }

    private static void AddRule(
        MeshObject route,
        string name,
        ImmutableArray<GatewayApiFilter> filters,
        ImmutableArray<BackendReference> backends,
        SessionPersistence? sessions,
        MeshReader reader,
        List<Diagnostic> found)
    {
        if (sessions is not null) found.Add(NotHonouredYet(route, $"rule {name}: sessionPersistence"));
        foreach (var filter in filters.Where(filter => GatewayApiFilters.HasUnknown([filter])))
            found.Add(NotHonouredYet(route, $"rule {name}: filter {filter.Type} (its requests are answered 500)"));
        foreach (var filter in backends.SelectMany(backend => backend.Filters)
                     .Where(filter => filter.Type is not (FilterType.RequestHeaderModifier or FilterType.ResponseHeaderModifier)))
            found.Add(NotHonouredYet(route, $"rule {name}: filter {filter.Type} of a single backend"));
        AddBackends(route, name, backends, reader, found);
    }

    private static void AddBackends(
        MeshObject route, string name, ImmutableArray<BackendReference> backends, MeshReader reader, List<Diagnostic> found)
    {
        foreach (var backend in backends)
        {
            if (backend.Group.Length > 0 || backend.Kind is not ("" or "Service")) continue;
            var space = backend.Namespace.Length > 0 ? backend.Namespace : route.Metadata.Namespace;
            if (space != route.Metadata.Namespace
                && !ReferenceGrants.Allow(GrantsIn(reader)(space), route, "Service", backend.Name))
                found.Add(new Diagnostic(
                    Severity.Warning, "ReferenceNotGranted",
                    $"rule {name}: namespace {space} does not let the route use Service {backend.Name}: its share is answered 500; add a ReferenceGrant there",
                    route.Location, route.Subject));
            else if (reader.Declaration($"{backend.Name}.{space}.svc.{reader.Options.ClusterDomain}")?.FindPort(backend.Port ?? 0) is null)
                found.Add(new Diagnostic(
                    Severity.Warning, "DestinationUnknown",
                    $"rule {name}: there is no Service {space}/{backend.Name} with port {backend.Port}: its share is answered 500",
                    route.Location, route.Subject));
        }
    }

    /// <summary>Of all clusters: a proxy of one cluster may still lack a grant that only another has.</summary>
    private static Func<string, ImmutableArray<ReferenceGrant>> GrantsIn(MeshReader reader) =>
        space => [.. reader.SetIn<ReferenceGrant>(space).Entries<ReferenceGrant>().Select(entry => entry.Object)];

    private static string NameOf(string name, int index) => name.Length > 0
        ? $"\"{name}\""
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"#{index}");

    private static Diagnostic NotHonouredYet(MeshObject about, string what) =>
        new(Severity.Warning, "NotHonouredYet", $"{what} is not honoured by the data plane yet", about.Location, about.Subject);
}
