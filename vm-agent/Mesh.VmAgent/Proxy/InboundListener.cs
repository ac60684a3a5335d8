using System.Collections.Concurrent;
using Mesh.Config.Model;
using Mesh.Config.Policy;
using Mesh.DataPlane.Http;
using Mesh.DataPlane.Identity;
using Mesh.DataPlane.Policy;
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
    IJwtValidator tokens,
    HttpPipeline pipeline,
    TcpForwarder raw,
    IAccessLog accessLog,
    TimeProvider time)
{
    private const string NothingKnown = "no policy is known yet: not all sources have synced";

    /// <summary>How long a client in plain text may wait for the server's first word before it counts as one that does.</summary>
    /// <remarks>Source: Istio, PILOT_INBOUND_PROTOCOL_DETECTION_TIMEOUT.</remarks>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<InboundTarget, Upstream> applications = new();
    private readonly OpenConnections open = new();

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
            Silence = () => targets()?.Plain is { TakesBytes: true } plain ? plain.IsBlind ? TimeSpan.Zero : Patience : null,
            Admit = Admit,
        });
        listen.Use(next => connection => ServeAsync(connection, next));
        listen.UseHttp1OrHttp2Cleartext();
    }

    /// <summary>Policies have changed: what they no longer let in is closed.</summary>
    public void Reconsider() => open.Reconsider();

    /// <summary>Serves one HTTP request of this listener.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var connection = context.Features.Get<IMeshConnectionFeature>();
        Invariant.Holds(connection is not null, $"the inbound listener knows its connection {context.Connection.Id}");
        if (targets() is not { } current)
        {
            await RefuseAsync(context, NothingKnown).ConfigureAwait(false);
            return;
        }

        if (Find(context, current, connection, out var refusal) is not { } target)
        {
            await RefuseAsync(context, refusal).ConfigureAwait(false);
            return;
        }

        var path = current.Normalized(RequestTarget.Of(context) ?? new RequestTarget("/", ""));
        if (current.Judge(context, target, tokens, ref path) is { } denial)
        {
            await pipeline.DenyAsync(context, denial).ConfigureAwait(false);
            return;
        }

        ForwardedClientCert.Apply(context.Request.Headers, identity.Current?.Id, connection.Peer, connection.PeerCertificate);
        await pipeline.ForwardAsync(context, new ForwardPlan
        {
            // The same instance every time, so that connections and load are kept per application port.
            Upstream = applications.GetOrAdd(target, static found => found.ToUpstream()),
            ClusterName = target.ClusterName,
            RouteName = "default",
            Authority = context.Request.Host.Value ?? target.Service.Host,
            Target = path,
        }).ConfigureAwait(false);
    }

    private Task RefuseAsync(HttpContext context, string reason) => pipeline.RefuseAsync(
        context, StatusCodes.Status404NotFound, GrpcStatus.Unimplemented, ResponseFlags.NoRoute, reason);

    private InboundVerdict Admit(ClientHello? hello)
    {
        if (targets() is not { } current) return InboundVerdict.Refuse(NothingKnown);
        // Plain text names no service before its first request: refused there where it is not allowed.
        if (hello is null) return new InboundVerdict(current.Plain.IsNone ? MtlsMode.Strict : MtlsMode.Permissive);
        // An application that speaks TLS itself, on a port that is not HTTP: its callers are no proxies of the mesh.
        if (!hello.OffersMeshAlpn && !UpstreamKey.TryParseSni(hello.ServerName, out _) && current.Plain.ForBytes(out _) is not null)
            return new InboundVerdict(MtlsMode.Permissive, IsPassedOn: true);
        var target = FromServerName(current, hello.ServerName, out var refusal);
        return target is null ? InboundVerdict.Refuse(refusal) : new InboundVerdict(current.ModeOf(target));
    }

    /// <summary>Carries bytes where they go, after judging them; requests are for the next in line.</summary>
    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var mesh = connection.Features.Get<IMeshConnectionFeature>();
        Invariant.Holds(mesh is not null, $"the inbound listener knows its connection {connection.ConnectionId}");
        if (targets() is not { } current) return;
        var refusal = "";
        InboundTarget? target;
        if (mesh.Peer is not null) target = RawTarget(current, mesh);
        else if (mesh.Hello is null && await IsHttpAsync(connection, current.Plain).ConfigureAwait(false)) target = null;
        else target = current.Plain.ForBytes(out refusal);

        if (refusal.Length > 0) raw.Refuse(TcpDownstream.Of(connection), refusal, mesh.Hello);
        else if (target is null) await next(connection).ConfigureAwait(false);
        else await CarryAsync(connection, target, mesh).ConfigureAwait(false);
    }

    private async Task CarryAsync(ConnectionContext connection, InboundTarget target, IMeshConnectionFeature mesh)
    {
        var downstream = TcpDownstream.Of(connection, mesh.Hello);
        // Kept before it is judged: a policy that comes in between is not missed.
        using var kept = open.Keep(connection, () => Judge(connection, target, mesh)?.Details);
        if (Judge(connection, target, mesh) is { } denial)
        {
            raw.Refuse(downstream, denial.Details, mesh.Hello, denial.Flags);
            return;
        }

        await raw.RunAsync(downstream, new TcpForwardPlan { Upstream = target.ToUpstream(), ClusterName = target.ClusterName })
            .ConfigureAwait(false);
    }

    private AccessDenial? Judge(ConnectionContext connection, InboundTarget target, IMeshConnectionFeature mesh)
    {
        if (targets() is not { } current) return new AccessDenial(NothingKnown);
        if (mesh.Peer is null && current.ModeOf(target) == MtlsMode.Strict)
            return new AccessDenial("plain text where mTLS is required", ResponseFlags.NoRoute);
        return current.Judge(AccessControl.RequestOf(connection, current.DestinationOf(target)));
    }

    private static async Task<bool> IsHttpAsync(ConnectionContext connection, PlainTargets plain)
    {
        if (!plain.TakesBytes) return true;
        if (!plain.TakesHttp) return false;
        using var patience = new CancellationTokenSource(Patience);
        return await HttpSniffer.IsHttpAsync(connection.Transport.Input, patience.Token).ConfigureAwait(false);
    }

    private static InboundTarget? Find(HttpContext context, InboundTargets current, IMeshConnectionFeature connection, out string refusal)
    {
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
    private static InboundTarget? RawTarget(InboundTargets current, IMeshConnectionFeature mesh)
    {
        if (FromServerName(current, mesh.ServerName, out _) is not { } target || target.IsHttp) return null;
        // An undeclared port carries HTTP exactly when the client says so.
        var saysHttp = mesh.Hello?.Alpn.Any(static name => name.StartsWith("istio-h", StringComparison.Ordinal)) == true;
        return target.Protocol == ServiceProtocol.Auto && saysHttp ? null : target;
    }
}
