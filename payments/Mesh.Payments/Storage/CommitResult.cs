namespace Mesh.Payments.Storage;

/// <summary>What became of one item of a batch that committed: a value, or a defect that its decision met.</summary>
internal readonly record struct CommitResult<T>(T? Value, Exception? Defect = null);
