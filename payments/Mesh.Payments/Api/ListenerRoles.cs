using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.Payments.Api;

/// <summary>Keeps services to their listeners: which one a connection came in by cannot be forged, as a Host header can.</summary>
internal static class ListenerRoles
{
    private const string LedgerPrefix = "/ledger.v1.";
    private const string HealthPrefix = "/grpc.health.";
    private const string ReflectionPrefix = "/grpc.reflection.";

    public static ListenOptions UseRole(this ListenOptions listen, ListenerRole role)
    {
        listen.Use(next => connection =>
        {
            connection.Features.Set(new Feature(role));
            return next(connection);
        });
        return listen;
    }

    /// <summary>Answers 404, which gRPC clients show as UNIMPLEMENTED, for what is not served where it was asked.</summary>
    public static IApplicationBuilder UseListenerRoles(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (!IsServed(context.Request.Path, RoleOf(context))) context.SetEndpoint(null);
        return next(context);
    });

    /// <summary>That of a connection without one is <see cref="ListenerRole.Payments"/>.</summary>
    public static ListenerRole RoleOf(HttpContext context) => context.Features.Get<Feature>()?.Role ?? ListenerRole.Payments;

    private static bool IsServed(PathString path, ListenerRole role)
    {
        var text = path.Value ?? "";
        if (text.StartsWith(LedgerPrefix, StringComparison.Ordinal)) return role == ListenerRole.Ledger;
        return role != ListenerRole.Ledger || text.StartsWith(HealthPrefix, StringComparison.Ordinal)
            || text.StartsWith(ReflectionPrefix, StringComparison.Ordinal);
    }

    private sealed record Feature(ListenerRole Role);
}
