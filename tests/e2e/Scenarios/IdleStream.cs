using Mesh.EndToEnd.Networks;

namespace Mesh.EndToEnd.Scenarios;

/// <summary>A stream on which nothing is sent for longer than the way it takes remembers it.</summary>
internal static class IdleStream
{
    public static Scenario ThroughBalancer { get; } = new(
        "idle-stream",
        $"A stream across networks that was quiet for longer than the {NetworkNamespaces.IdleLimit.TotalSeconds:0} s that the routers remember it still delivers.",
        async (play, token) =>
        {
            // Opened before, so that the time of other scenarios that must not end it counts.
            var stream = await play.Rig.OpenQuietStreamAsync(token);
            while (stream.Age < NetworkNamespaces.IdleLimit * 1.3) await Task.Delay(100, token);
            var problem = await stream.ProveAsync(token);
            play.Rig.CloseQuietStream();
            if (problem is not null) throw new LocalMeshException(problem);
        });
}
