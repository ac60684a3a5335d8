namespace Mesh.Payments.Tests.Acquiring.Simulation;

/// <summary>Where a replica dies around a commit.</summary>
internal enum CrashPoint
{
    None,
    Before,
    After,
}
