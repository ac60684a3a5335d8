namespace Mesh.Config.Model.Compilation;

/// <summary>One address of an east-west gateway.</summary>
internal sealed record NetworkGateway(string Network, string Cluster, string Address, int Port);
