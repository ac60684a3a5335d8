namespace Mesh.VmAgent.Bootstrap;

/// <summary>On every connection; requests see it through their features.</summary>
internal sealed record ListenerFeature(ListenerRole Role);
