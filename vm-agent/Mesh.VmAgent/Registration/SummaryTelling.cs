using System.Text.Json;
using Mesh.Config.Registration;
using Mesh.Config.Resources.Networking;

namespace Mesh.VmAgent.Registration;

/// <summary>
/// Puts the summary into the entry, as an annotation and as the condition <c>AgentHealthy</c>, and says when it is worth writing again: every
/// change of an entry goes to all proxies of the mesh.
/// </summary>
internal sealed class SummaryTelling(Func<AgentSummary> current, TimeProvider time)
{
    public const string Condition = "AgentHealthy";

    /// <summary>At most this often, by how much it matters.</summary>
    public static readonly TimeSpan ProblemPeriod = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan ChangePeriod = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan ConfigPeriod = TimeSpan.FromMinutes(10);

    private AgentSummary? told;
    private long toldAt;
    private DateTimeOffset changedAt = time.GetUtcNow();

    /// <summary>Whether what was told last has changed, and long enough ago.</summary>
    public bool IsDue
    {
        get
        {
            var now = current();
            if (told is null || now == told) return told is null;
            var period = now.Problem != told.Problem ? ProblemPeriod
                : now with { ConfigVersion = told.ConfigVersion, ConfigFindings = told.ConfigFindings } != told ? ChangePeriod
                : ConfigPeriod;
            return time.GetElapsedTime(toldAt) >= period;
        }
    }

    /// <summary>The entry with the summary of this moment, which counts as told.</summary>
    public WorkloadEntry Tell(WorkloadEntry entry)
    {
        var now = current();
        if (told is null || (now.Problem is null) != (told.Problem is null)) changedAt = time.GetUtcNow();
        (told, toldAt) = (now, time.GetTimestamp());
        var condition = new IstioCondition
        {
            Type = Condition,
            Status = now.Problem is null ? "True" : "False",
            Reason = now.Problem is null ? "AllWell" : "AgentProblem",
            Message = now.Problem ?? "",
            LastProbeTime = time.GetUtcNow(),
            LastTransitionTime = changedAt,
        };
        var annotations = entry.Metadata.Annotations.SetItem(
            RegistrationAnnotations.Summary, JsonSerializer.Serialize(now, SummaryJson.Default.AgentSummary));
        return entry with
        {
            Metadata = entry.Metadata with { Annotations = annotations },
            Status = (entry.Status ?? new IstioStatus()) with { Conditions = [.. entry.Status?.Conditions ?? [], condition] },
        };
    }
}
