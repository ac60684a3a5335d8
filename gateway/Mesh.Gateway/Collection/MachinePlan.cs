namespace Mesh.Gateway.Collection;

/// <summary>What a collector is about to do with a machine's entry.</summary>
/// <param name="DeleteAt">When the entry is deleted unless the machine is heard of again; null when it is not marked.</param>
/// <param name="Why">Why something, or nothing, is done.</param>
public sealed record MachinePlan(DateTimeOffset? DeleteAt, string Why);
