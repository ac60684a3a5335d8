namespace Mesh.Payments.Storage;

/// <summary>What became of a mutation: an answer, or a defect that its decision met.</summary>
internal sealed record MutationResult(StoredAnswer? Answer, Exception? Defect);
