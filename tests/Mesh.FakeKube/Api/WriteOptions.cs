namespace Mesh.FakeKube.Api;

/// <summary>How a write is to be done.</summary>
/// <param name="Version">Of the API that the caller spoke.</param>
/// <param name="Manager">Who owns the fields it changes.</param>
/// <param name="Subresource">Empty, or <c>status</c>.</param>
/// <param name="Tracked">The object already says who owns its fields.</param>
internal sealed record WriteOptions(string Version, string Manager, string Subresource = "", bool DryRun = false, bool Tracked = false);
