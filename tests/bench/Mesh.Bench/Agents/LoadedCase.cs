using System.Diagnostics;
using System.Globalization;
using System.Net;
using Mesh.Bench.Gateway;
using Mesh.Bench.Gateway.Proxies;
using Mesh.Bench.Gateway.Wire;

namespace Mesh.Bench.Agents;

/// <summary>
/// Small gRPC calls from an application to one of another machine: out through the caller's agent, mutual TLS, in through the other's.
/// Beside it the same path through two HAProxies.
/// </summary>
internal static class LoadedCase
{
    public const string Name = "loaded";

    private const int Connections = 8;
    private const int Streams = 16;
    private const string Haproxy = "haproxy";

    public static async Task<BenchResult[]> RunAsync(AgentRig rig, TimeSpan duration)
    {
        var ours = await AgentsAsync(rig, duration);
        var peer = File.Exists("/usr/sbin/haproxy") ? await HaproxyAsync(rig, duration) : null;
        return
        [
            .. ours.Select(value => new BenchResult(Name, value.Metric, value.Unit, value.Value)
            {
                Peers = peer is null ? [] : peer.Where(other => other.Metric == value.Metric).ToDictionary(_ => Haproxy, other => other.Value),
            }),
        ];
    }

    private static async Task<List<(string Metric, string Unit, double Value)>> AgentsAsync(AgentRig rig, TimeSpan duration)
    {
        await using var machine = rig.Machine("loaded", RigResources.MachineAddress(0), RegistrationWay.Kubernetes);
        await using var caller = rig.Caller();
        machine.Start();
        caller.Start();
        await Until.TrueAsync(() => rig.IsRegistered(machine, RegistrationWay.Kubernetes), "the machine is registered", machine.Process);
        await caller.Process.ListensAsync(new IPEndPoint(IPAddress.Parse(RigResources.Caller), RigResources.OutboundPort));
        var authority = string.Create(CultureInfo.InvariantCulture, $"{RigResources.Host}:{RigResources.GrpcPort}");
        return await MeasureAsync(
            new IPEndPoint(IPAddress.Parse(RigResources.Caller), RigResources.OutboundPort), authority, [caller.Process, machine.Process], duration);
    }

    private static async Task<List<(string Metric, string Unit, double Value)>> HaproxyAsync(AgentRig rig, TimeSpan duration)
    {
        await using var inner = HaproxyTunnel.StartInner(rig);
        await using var outer = HaproxyTunnel.StartOuter(rig);
        await inner.ListensAsync(HaproxyTunnel.Inner);
        await outer.ListensAsync(HaproxyTunnel.Outer);
        return await MeasureAsync(HaproxyTunnel.Outer, "localhost", [outer, inner], duration);
    }

    private static async Task<List<(string Metric, string Unit, double Value)>> MeasureAsync(
        IPEndPoint target, string authority, IReadOnlyList<BenchProcess> proxies, TimeSpan duration)
    {
        var headers = HeaderBlock.GrpcRequest("http", authority, GatewayCase.SmallPath);
        var body = GrpcBody.OfSize(GatewayCase.SmallBytes);
        // The caller's agent may not have heard of the machine yet: only right answers count as one.
        await Until.TrueAsync(
            async () =>
            {
                await using var first = await ConnectAsync(target, headers, body, 1);
                var figures = await first.AtFullSpeedAsync(1, TimeSpan.FromMilliseconds(50));
                return figures is { Answers: > 0, Failed: 0 };
            },
            "a call is answered");
        await using var caller = await ConnectAsync(target, headers, body, Connections);
        await caller.AtFullSpeedAsync(Streams, duration / 3);
        var before = proxies.Sum(proxy => proxy.ProcessorTime.TotalMicroseconds);
        var clock = Stopwatch.StartNew();
        var load = await caller.AtFullSpeedAsync(Streams, duration);
        var spent = proxies.Sum(proxy => proxy.ProcessorTime.TotalMicroseconds) - before;
        return
        [
            ("requests_per_second", "1/s", load.PerSecond),
            ("failed_requests", "count", load.Failed),
            ("cpu_microseconds_per_request", "us", spent / Math.Max(load.Answers, 1)),
            ("cpu_percent", "%", spent / clock.Elapsed.TotalMicroseconds * 100),
            ("resident_megabytes", "MiB", proxies.Max(proxy => proxy.ResidentMegabytes)),
        ];
    }

    private static Task<Caller> ConnectAsync(IPEndPoint target, byte[] headers, byte[] body, int connections) => Caller.ConnectAsync(
        target, stream => Task.FromResult<Stream>(stream), headers, body, answerBytes: body.Length, connections, streams: 100);
}
