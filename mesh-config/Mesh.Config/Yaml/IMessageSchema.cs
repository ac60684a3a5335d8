namespace Mesh.Config.Yaml;

/// <summary>The declaration of a message type, its type hidden: what there is, not how to read it.</summary>
internal interface IMessageSchema
{
    string Name { get; }

    /// <summary>Fields in written order, each with the message it holds, or holds many of; null for plain values.</summary>
    IEnumerable<(string Field, IMessageSchema? Message)> Declarations { get; }
}
