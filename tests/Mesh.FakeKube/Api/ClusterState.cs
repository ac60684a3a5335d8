using Mesh.FakeKube.Faults;
using Mesh.FakeKube.Kinds;
using Mesh.FakeKube.Security;
using Mesh.FakeKube.Storage;

namespace Mesh.FakeKube.Api;

/// <summary>All that a cluster remembers; it outlives the server in front of it.</summary>
internal sealed class ClusterState
{
    public ClusterState(FakeKubeOptions options)
    {
        Options = options;
        Time = new ShiftedTimeProvider(options.Time);
        Store = new ObjectStore(options.EventLimit);
        Certificates = new ClusterCertificates(Time);
        Tokens = new ServiceAccountTokens(this);
        Authenticator = new Authenticator(this);
        Authorizer = new RbacAuthorizer(Store);
        Writer = new ObjectWriter(this);
        Faults = new FaultBoard(this);
    }

    public FakeKubeOptions Options { get; }

    /// <summary>The cluster's clock, which can jump.</summary>
    public ShiftedTimeProvider Time { get; }

    public KindRegistry Kinds { get; } = new();

    public ObjectStore Store { get; }

    public ObjectWriter Writer { get; }

    public ClusterCertificates Certificates { get; }

    public ServiceAccountTokens Tokens { get; }

    public Authenticator Authenticator { get; }

    public RbacAuthorizer Authorizer { get; }

    public FaultBoard Faults { get; }
}
