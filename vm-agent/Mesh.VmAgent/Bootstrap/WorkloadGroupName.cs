namespace Mesh.VmAgent.Bootstrap;

/// <summary><c>--workload-group</c>.</summary>
public sealed record WorkloadGroupName(string Namespace, string Name)
{
    /// <summary>Reads <c>NAMESPACE/NAME</c>.</summary>
    /// <exception cref="FormatException">Another form; the message shows the right one.</exception>
    public static WorkloadGroupName Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split('/');
        return parts is [{ Length: > 0 } ns, { Length: > 0 } name]
            ? new WorkloadGroupName(ns, name)
            : throw new FormatException($"'{text}' is not a WorkloadGroup; write NAMESPACE/NAME, for example prod/legacy-billing");
    }

    public override string ToString() => $"{Namespace}/{Name}";
}
