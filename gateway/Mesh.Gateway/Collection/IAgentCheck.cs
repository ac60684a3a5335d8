namespace Mesh.Gateway.Collection;

/// <summary>Asks one agent whether it is there.</summary>
public interface IAgentCheck
{
    /// <summary>Never throws but for cancellation.</summary>
    Task<AgentAnswer> AskAsync(RegisteredAgent agent, CancellationToken cancellationToken);
}
