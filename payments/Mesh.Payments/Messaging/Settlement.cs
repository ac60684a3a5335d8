namespace Mesh.Payments.Messaging;

/// <summary>What becomes of a delivered message.</summary>
internal enum Settlement
{
    /// <summary>Done: removed from the queue.</summary>
    Complete,

    /// <summary>To be delivered again.</summary>
    Return,

    /// <summary>To be delivered again, and this time does not count.</summary>
    ReturnUncounted,

    /// <summary>Given up.</summary>
    Bury,

    /// <summary>Another receiver has it; nothing is to be done.</summary>
    Lost,
}
