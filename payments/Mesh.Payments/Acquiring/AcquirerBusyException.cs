namespace Mesh.Payments.Acquiring;

/// <summary>More operations are in flight than are allowed to; nothing was done with this one.</summary>
internal sealed class AcquirerBusyException() : Exception("too many operations are in flight");
