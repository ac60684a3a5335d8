using Mesh.Gateway.Collection;

namespace Mesh.Gateway.Tests.Collection;

/// <summary>Agents that answer as told; ready unless said otherwise.</summary>
internal sealed class ScriptedCheck : IAgentCheck
{
    private readonly Dictionary<string, AgentAnswer> answers = [];

    public void Set(RegisteredAgent agent, AgentAnswer answer) => answers[agent.Name] = answer;

    public Task<AgentAnswer> AskAsync(RegisteredAgent agent, CancellationToken cancellationToken) =>
        Task.FromResult(answers.GetValueOrDefault(agent.Name, AgentAnswer.Ready));
}
