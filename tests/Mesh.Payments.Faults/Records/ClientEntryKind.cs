namespace Mesh.Payments.Faults.Records;

/// <summary>What a client writes down.</summary>
public enum ClientEntryKind
{
    /// <summary>It is about to send a mutation; written once for a key, before the first attempt.</summary>
    Request,

    /// <summary>A decision was acknowledged: the key is done with.</summary>
    Answer,

    /// <summary>An attempt ended without a decision; the key is sent again.</summary>
    Failure,
}
