using System.Collections.Concurrent;
using Mesh.Config.Model;
using Mesh.DataPlane.Http;
using Mesh.DataPlane.Identity;
using Mesh.DataPlane.Tcp;
using Mesh.Hosting;
using Mesh.Hosting.AccessLogs;
using Mesh.Hosting.Networking;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.VmAgent.Proxy;

/// <summary>
/// Port 15006: mesh mTLS in, plain text to the application. The service and port are told by SNI, since without traffic
/// capture nothing else does; HTTP is forwarded request by request with the client's identity in
/// <c>x-forwarded-client-cert</c>, anything else as bytes.
/// </summary>
/// <param name="targets">What this workload takes; null as long as no policy is known, and then nothing is taken.</param>
public sealed class InboundListener(
    string process,
    IWorkloadIdentity identity,
    IReadOnlyCollection<string> trustDomains,
    Func<InboundTargets?> targets,
    HttpPipeline pipeline,
    TcpForwarder raw,
    IAccessLog accessLog,
    TimeProvider time)
{
    private readonly ConcurrentDictionary<InboundTarget, Upstream> applications = new();

    /// <summary>Makes a Kestrel listener this one. HTTP requests on it are then for <see cref="HandleAsync"/>.</summary>
    public void Use(ListenOptions listen)
    {
        ArgumentNullException.ThrowIfNull(listen);
        listen.UseMeshInbound(new MeshInboundOptions
        {
            Process = process,
            Identity = identity,
            TrustDomains = trustDomains,
            AccessLog = accessLog,
            Time = time,
            Admit = Admit,
        });
        listen.Use(next => connection => RawTarget(connection) is { } target
            ? raw.RunAsync(
                TcpDownstream.Of(connection), new TcpForwardPlan { Upstream = target.ToUpstream(), ClusterName = target.ClusterName })
            : next(connection));
        listen.UseHttp1OrHttp2Cleartext();
    }

    /// <summary>Serves one HTTP request of this listener.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var connection = context.Features.Get<IMeshConnectionFeature>();
        Invariant.Holds(connection is not null, $"the inbound listener knows its connection {context.Connection.Id}");
        var headers = context.Request.Headers;
        // Whatever the caller wrote there, it is not ours to pass on.
        headers.Remove(ForwardedClientCert.Header);
        if (Find(context, connection, out var refusal) is not { } target)
        {
            await pipeline.RefuseAsync(context, StatusCodes.Status404NotFound, GrpcStatus.Unimplemented, ResponseFlags.NoRoute, refusal)
                .ConfigureAwait(false);
            return;
        }

        if (connection is { Peer: { } peer, PeerCertificate: { } certificate } && identity.Current is { } own)
            headers[ForwardedClientCert.Header] = ForwardedClientCert.Format(own.Id, peer, certificate);
        await pipeline.ForwardAsync(context, new ForwardPlan
        {
            // The same instance every time, so that connections and load are kept per application port.
            Upstream = applications.GetOrAdd(target, static found => found.ToUpstream()),
            ClusterName = target.ClusterName,
            RouteName = "default",
            Authority = context.Request.Host.Value ?? target.Service.Host,
            Target = RequestTarget.Of(context) ?? new RequestTarget("/", ""),
        }).ConfigureAwait(false);
    }

    private InboundVerdict Admit(ClientHello? hello)
    {
        if (targets() is not { } current) return InboundVerdict.Refuse("no policy is known yet: not all sources have synced");
        // Plain text names no service before its first request: refused there where it is not allowed.
        if (hello is null) return new InboundVerdict(current.ModeOfPlainText());
        var target = FromServerName(current, hello.ServerName, out var refusal);
        return target is null ? InboundVerdict.Refuse(refusal) : new InboundVerdict(current.ModeOf(target));
    }

    private InboundTarget? Find(HttpContext context, IMeshConnectionFeature connection, out string refusal)
    {
        refusal = "no policy is known yet: not all sources have synced";
        if (targets() is not { } current) return null;
        if (connection.Peer is not null) return FromServerName(current, connection.ServerName, out refusal);

        var host = context.Request.Host;
        var target = current.Resolve(new UpstreamKey(host.Host, host.Port ?? 80), out refusal);
        if (target is null || current.ModeOf(target) != MtlsMode.Strict) return target;
        refusal = $"plain text to {host}, where PeerAuthentication requires mTLS";
        return null;
    }

    private static InboundTarget? FromServerName(InboundTargets current, string? serverName, out string refusal)
    {
        if (UpstreamKey.TryParseSni(serverName, out var service)) return current.Resolve(service, out refusal);
        refusal = serverName is null
            ? "no SNI; callers must name the service as outbound_.PORT_.SUBSET_.HOST"
            : $"SNI '{serverName}' is not of the form outbound_.PORT_.SUBSET_.HOST";
        return null;
    }

    /// <summary>The target of a connection whose bytes are not HTTP; null for HTTP.</summary>
    private InboundTarget? RawTarget(ConnectionContext connection)
    {
        if (connection.Features.Get<IMeshConnectionFeature>() is not { Peer: not null } mesh || targets() is not { } current) return null;
        if (FromServerName(current, mesh.ServerName, out _) is not { } target || target.IsHttp) return null;
        // An undeclared port carries HTTP exactly when the client says so.
        var saysHttp = mesh.Hello?.Alpn.Any(static name => name.StartsWith("istio-h", StringComparison.Ordinal)) == true;
        return target.Protocol == ServiceProtocol.Auto && saysHttp ? null : target;
    }
}
