using System.Globalization;
using Mesh.Kubernetes.Tests.Support;

namespace Mesh.Kubernetes.Tests.Simulation;

/// <summary>A cluster of the simulation: its API server, what is really in it, and what a reader may be held to.</summary>
/// <param name="number">Its API server is found by this in the port of a kubeconfig, see <see cref="Port"/>.</param>
internal sealed class SimulatedCluster(string name, int number, TimeProvider time)
{
    private const int PortsOfCluster = 1_000;

    /// <summary>The service of every cluster that never changes.</summary>
    public const string Lasting = "lasting";

    public string Name => name;

    public int Number => number;

    public MemoryCluster Server { get; } = new(time);

    /// <summary>Address of each service that is really there.</summary>
    public SortedDictionary<string, string> Services { get; } = new(StringComparer.Ordinal);

    public string LastingAddress => string.Create(CultureInfo.InvariantCulture, $"10.{number}.0.1");

    /// <summary>Credentials that are handed out at present.</summary>
    public int Credentials { get; private set; }

    /// <summary>Since when nothing can have been heard of it, in simulated time; null when it answers.</summary>
    public TimeSpan? DownSince { get; private set; }

    /// <summary>Since when it may not have been heard, be it that who reads it has not tried again or has no credentials; null when all is well.</summary>
    public TimeSpan? UnheardSince { get; private set; }

    /// <summary>Whether a Secret names it; true for the own cluster.</summary>
    public bool IsNamed { get; set; } = true;

    /// <summary>Its lasting endpoint has been served, and nothing has happened that takes it away.</summary>
    public bool MustServe { get; set; }

    /// <summary>What <see cref="MustServe"/> waits for after it was given up.</summary>
    public bool WasServed { get; set; }

    /// <summary>Port in a kubeconfig that leads to this cluster with these credentials.</summary>
    public int Port(int credentials) => (number * PortsOfCluster) + credentials;

    public static (int Cluster, int Credentials) Of(int port) => (port / PortsOfCluster, port % PortsOfCluster);

    /// <summary>It answers nobody.</summary>
    public void GoSilent(TimeSpan now)
    {
        DownSince ??= now;
        DoubtFrom(now);
    }

    public void DoubtFrom(TimeSpan now) => UnheardSince ??= now;

    public void Answer() => DownSince = null;

    /// <summary>The mesh was seen to be what the cluster is.</summary>
    public void WasHeard() => (DownSince, UnheardSince) = (null, null);

    public int NewCredentials() => ++Credentials;

    public void Put(string service, string address)
    {
        Services[service] = address;
        Server.Put(Yaml.Service(service, address));
    }

    public void Delete(string service)
    {
        Services.Remove(service);
        Server.Delete("EndpointSlice", "prod", service + "-1");
        Server.Delete("Service", "prod", service);
    }
}
