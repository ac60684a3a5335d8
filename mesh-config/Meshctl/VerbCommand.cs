using System.CommandLine;

namespace Meshctl;

/// <summary>A verb whose help ends with examples.</summary>
internal sealed class VerbCommand(string name, string description, string examples) : Command(name, description)
{
    public string Examples { get; } = examples;
}
