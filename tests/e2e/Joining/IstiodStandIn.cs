using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Mesh.Config.Registration;
using Mesh.Config.Resources;
using Mesh.Config.Resources.Networking;
using Mesh.Istiod.Ca;
using Mesh.Istiod.Protos.Xds;
using Mesh.Istiod.Tests.Xds;
using Mesh.Istiod.Xds;
using Mesh.Kubernetes.Access;
using Mesh.Kubernetes.Registration;

namespace Mesh.EndToEnd.Joining;

/// <summary>
/// The part of istiod that registers machines, as a process: who opens a stream and names a group gets a WorkloadEntry in the API server
/// before the first answer, its health is written there, and the entry goes a while after the stream.
/// </summary>
internal static class IstiodStandIn
{
    public const string Command = "istiod-stand-in";

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>By the name of the entry.</summary>
    private static readonly ConcurrentDictionary<string, FakeStream> Newest = [];

    /// <param name="arguments">ADDR:PORT to listen on, the CA's folder, a kubeconfig.</param>
    public static async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using var authority = await CertificateAuthorityFolder.LoadOrCreateAsync(
            arguments[1], "cluster.local", new CaLimits(), TimeProvider.System, cancellationToken);
        using var registry = new KubeWorkloadRegistry(KubeconfigAccess.FromFiles(arguments[2]));
        await using var istiod = await FakeIstiod.StartAsync(authority, cancellationToken, IPEndPoint.Parse(arguments[0]));
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await istiod.AcceptAsync(cancellationToken), registry, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // Nobody came for a while, or the end has come.
            }
        }

        return 0;
    }

    private static async Task ServeAsync(FakeStream stream, KubeWorkloadRegistry registry, CancellationToken cancellationToken)
    {
        try
        {
            var first = await stream.ReadAsync(DeltaDiscoveryRequest.Parser, cancellationToken);
            var entry = EntryOf(first.Node.Metadata);
            Newest[entry.Metadata.Name] = stream;
            await registry.PutAsync(entry, cancellationToken);
            Console.WriteLine($"registered {entry.Metadata.Name}");
            await stream.SendAsync(Listeners.Delta("nonce-1", "version-1", "0.0.0.0_9080"), cancellationToken);
            try
            {
                while (await stream.ReadAsync(cancellationToken) is { } message)
                {
                    var request = DeltaDiscoveryRequest.Parser.ParseFrom(message);
                    if (request.TypeUrl != XdsTypes.Health) continue;
                    await registry.PutAsync(WithHealth(entry, request.ErrorDetail is null), cancellationToken);
                    Console.WriteLine($"{entry.Metadata.Name} is {(request.ErrorDetail is null ? "healthy" : "unhealthy")}");
                }
            }
            catch (Exception failure) when (failure is IOException or OperationCanceledException)
            {
                Console.WriteLine($"{entry.Metadata.Name} is gone: {failure.Message}");
            }

            await Task.Delay(Grace, cancellationToken);
            // The machine is back on another stream.
            if (!Newest.TryRemove(KeyValuePair.Create(entry.Metadata.Name, stream))) return;
            if (await registry.FindAsync(entry.Metadata.Namespace, entry.Metadata.Name, cancellationToken) is { } there)
                await registry.DeleteAsync(there, cancellationToken);
            Console.WriteLine($"removed {entry.Metadata.Name}");
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException or InvalidProtocolBufferException)
        {
            Console.WriteLine($"stream failed: {failure.Message}");
        }
        finally
        {
            stream.Dispose();
        }
    }

    private static WorkloadEntry EntryOf(Struct metadata)
    {
        string Text(string name) => metadata.Fields.TryGetValue(name, out var value) ? value.StringValue : "";

        var address = Text("INSTANCE_IPS").Split(',')[0];
        var labels = metadata.Fields["LABELS"].StructValue.Fields.ToImmutableSortedDictionary(label => label.Key, label => label.Value.StringValue);
        return new WorkloadEntry
        {
            ApiVersion = "networking.istio.io/v1",
            Kind = "WorkloadEntry",
            Metadata = new ObjectMeta
            {
                Name = $"{Text("AUTO_REGISTER_GROUP")}-{address}-{Text("NETWORK")}",
                Namespace = Text("NAMESPACE"),
                Labels = labels,
                Annotations = ImmutableSortedDictionary<string, string>.Empty
                    .Add(RegistrationAnnotations.Group, Text("AUTO_REGISTER_GROUP")).Add(RegistrationAnnotations.HealthChecksEnabled, "true"),
            },
            Spec = new WorkloadEntrySpec
            {
                Address = address,
                Network = Text("NETWORK"),
                Labels = labels,
                ServiceAccount = Text("SERVICE_ACCOUNT"),
                Ports = ImmutableSortedDictionary<string, int>.Empty.Add("http", 15006),
            },
        };
    }

    private static WorkloadEntry WithHealth(WorkloadEntry entry, bool healthy) => entry with
    {
        Status = new IstioStatus { Conditions = [new IstioCondition { Type = "Healthy", Status = healthy ? "True" : "False" }] },
    };
}
