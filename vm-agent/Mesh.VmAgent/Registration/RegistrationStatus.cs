namespace Mesh.VmAgent.Registration;

/// <summary>A moment of a registration, for people and for the admin page.</summary>
/// <param name="Entry"><c>namespace/name</c> of the WorkloadEntry; empty before it is known.</param>
/// <param name="Message">What is missing and what to do, or what was done.</param>
public sealed record RegistrationStatus(RegistrationState State, string Entry, string Message);
